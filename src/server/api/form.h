// Forms as bodies: fields as JSON would have them, and files.
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

// Texts that are numbers, true or false in JSON become that, but not those of a prompt or question.
// Errors: as ParseForm; kInvalid (a field twice).
Result<Form> ReadForm(std::string_view body, std::string_view boundary);

}  // namespace edgevlm
