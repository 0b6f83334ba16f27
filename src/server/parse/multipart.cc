#include "server/parse/multipart.h"

#include <utility>

#include "base/ascii.h"
#include "server/parse/header_value.h"

namespace edgevlm {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxBoundaryBytes = 70;
constexpr std::size_t kMaxNameBytes = 100;

Error Invalid(const char* what) {
  return {ErrorCode::kInvalid, std::string("multipart body: ").append(what)};
}

// What a part's Content-Disposition says.
struct Disposition {
  std::string_view name;
  bool is_file = false;
};

// The value of name="..." as a view of the line. Names with escapes are not supported.
std::optional<std::string_view> NameIn(std::string_view line) {
  const std::optional<std::string> name = HeaderParameter(line, "name");
  if (!name || name->empty() || name->size() > kMaxNameBytes) return std::nullopt;
  const std::size_t begin = line.find(*name, line.find(';'));
  if (begin == std::string_view::npos) return std::nullopt;
  return line.substr(begin, name->size());
}

std::optional<Disposition> ReadHead(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kLineEnd), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + kLineEnd.size(), head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    if (!EqualIgnoringCase(line.substr(0, colon), "content-disposition")) continue;
    const std::string_view value = line.substr(colon + 1);
    const std::optional<std::string_view> name = NameIn(value);
    if (!EqualIgnoringCase(HeaderKind(value), "form-data") || !name) return std::nullopt;
    return Disposition{.name = *name, .is_file = HeaderParameter(value, "filename").has_value()};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FormBoundary(std::string_view content_type) {
  if (!EqualIgnoringCase(HeaderKind(content_type), "multipart/form-data")) return std::nullopt;
  std::optional<std::string> boundary = HeaderParameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kMaxBoundaryBytes) return std::nullopt;
  return boundary;
}

Result<std::vector<FormPart>> ParseForm(std::string_view body, std::string_view boundary) {
  const std::string delimiter = std::string("\r\n--").append(boundary);
  // The first delimiter is at the very start of the body, without a line end before it.
  if (!body.starts_with(std::string_view(delimiter).substr(kLineEnd.size()))) {
    return Invalid("expected to start with its boundary");
  }
  body.remove_prefix(delimiter.size() - kLineEnd.size());
  std::vector<FormPart> parts;
  while (!body.starts_with("--")) {
    if (!body.starts_with(kLineEnd)) return Invalid("expected a line end after a boundary");
    const std::size_t head_end = body.substr(0, kMaxPartHeadBytes).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return Invalid("expected an end of a part's header");
    const std::optional<Disposition> disposition =
        head_end == 0 ? std::nullopt : ReadHead(body.substr(2, head_end - 2));
    if (!disposition) return Invalid("expected each part to have a name");
    body.remove_prefix(head_end + 2 * kLineEnd.size());
    const std::size_t end = body.find(delimiter);
    if (end == std::string_view::npos) return Invalid("expected a boundary after each part");
    if (parts.size() == kMaxFormParts) {
      return Error{ErrorCode::kTooLarge, "multipart body: expected at most " +
                                             std::to_string(kMaxFormParts) + " parts, found more"};
    }
    parts.push_back(
        {.name = disposition->name, .is_file = disposition->is_file, .bytes = body.substr(0, end)});
    body.remove_prefix(end + delimiter.size());
  }
  return parts;
}

}  // namespace edgevlm
