#include "server/api/form.h"

#include <algorithm>
#include <iterator>

#include "server/parse/multipart.h"

namespace edgevlm {
namespace {

// Longer values are always text.
constexpr std::size_t kMaxNumberBytes = 64;

constexpr std::string_view kTexts[] = {"prompt", "question", "model", "length", "stop", "language"};

Json ValueOf(const FormPart& part) {
  const std::string text(part.bytes);
  const bool may_be_number = text.size() <= kMaxNumberBytes;
  if (may_be_number && std::ranges::find(kTexts, part.name) == std::end(kTexts)) {
    Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_number() || value.is_boolean()) return value;
  }
  return text;
}

}  // namespace

Result<Form> ReadForm(std::string_view body, std::string_view boundary) {
  const auto parts = ParseForm(body, boundary);
  if (!parts) return parts.error();
  Form form;
  for (const FormPart& part : *parts) {
    if (part.is_file) {
      form.files.emplace_back(part.bytes);
      continue;
    }
    const auto [entry, is_first] = form.fields.emplace(std::string(part.name), ValueOf(part));
    if (!is_first) return Error{ErrorCode::kInvalid, "multipart body: duplicate field"};
  }
  return form;
}

}  // namespace edgevlm
