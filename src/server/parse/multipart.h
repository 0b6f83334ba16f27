// Multipart bodies (RFC 7578): how browsers and curl send forms with files.
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
  bool is_file = false;  // it has a file name, which is ignored
  std::string_view bytes;
};

// The boundary in the Content-Type header of a multipart form; nothing for other types or if it is
// missing. At most 70 characters (RFC 2046).
std::optional<std::string> FormBoundary(std::string_view content_type);

// Errors: kInvalid (not a multipart body, or truncated), kTooLarge (over kMaxFormParts,
// kMaxPartHeadBytes).
Result<std::vector<FormPart>> ParseForm(std::string_view body, std::string_view boundary);

}  // namespace edgevlm
