#include "server/parse/data_uri.h"

#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/base64.h"

namespace edgevlm {
namespace {

constexpr std::string_view kDataScheme = "data:";
constexpr std::string_view kBase64 = ";base64";
// Limit on what precedes the comma; real ones have a few dozen bytes.
constexpr std::size_t kMaxHeadBytes = 1024;

}  // namespace

bool IsDataUri(std::string_view text) { return StartsWithIgnoringCase(text, kDataScheme); }

Result<std::string> DecodeDataUri(std::string_view uri) {
  if (!IsDataUri(uri)) return Error{ErrorCode::kInvalid, "expected a data URI, found another text"};
  const std::size_t comma = uri.substr(0, kMaxHeadBytes).find(',');
  const std::string_view head = uri.substr(0, comma);
  const bool is_base64 = comma != std::string_view::npos && head.size() >= kBase64.size() &&
                         EqualIgnoringCase(head.substr(head.size() - kBase64.size()), kBase64);
  if (!is_base64) return Error{ErrorCode::kInvalid, "data URI: expected one in base64"};
  std::optional<std::string> bytes = DecodeBase64(uri.substr(comma + 1));
  if (!bytes) return Error{ErrorCode::kInvalid, "data URI: expected base64, found something else"};
  if (bytes->empty()) {
    return Error{ErrorCode::kInvalid, "data URI: expected some bytes, found none"};
  }
  return *std::move(bytes);
}

}  // namespace edgevlm
