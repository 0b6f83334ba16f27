// Multipart forms as request bodies: their fields as JSON, and their files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/parse/json.h"

namespace edgevlm {

struct Form {
  Json fields = Json::object();
  std::vector<std::string> files;  // in order
};

// Field values that are JSON numbers or booleans are converted, except those that are always text
// (prompt, question, ...). Errors: as ParseForm; kInvalid (a duplicate field).
Result<Form> ReadForm(std::string_view body, std::string_view boundary);

}  // namespace edgevlm
