// Multipart bodies (RFC 7578): what a browser sends of a form with files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

inline constexpr std::size_t kMaxFormParts = 64;
inline constexpr std::size_t kMaxPartHeadBytes = 4096;

// One field of a form. Views of the body.
struct FormPart {
  std::string_view name;
  bool is_file = false;  // it has a file name, which means nothing here and is not kept
  std::string_view bytes;
};

// The boundary that a Content-Type header of a multipart form names; nothing for other types or
// without one. At most 70 characters, as RFC 2046 has it.
std::optional<std::string> FormBoundary(std::string_view content_type);

// Errors: kInvalid (not such a body, or cut), kTooLarge (over kMaxFormParts, kMaxPartHeadBytes).
Result<std::vector<FormPart>> ParseForm(std::string_view body, std::string_view boundary);

}  // namespace edgevlm
