#include "server/spans/trace_context.h"

#include <algorithm>

namespace edgevlm {
namespace {

constexpr std::size_t kVersionDigits = 2, kTraceDigits = 32, kParentDigits = 16, kFlagDigits = 2;

bool IsLowerHex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return ('0' <= c && c <= '9') || ('a' <= c && c <= 'f'); });
}

bool IsAllZero(std::string_view digits) {
  return digits.find_first_not_of('0') == std::string_view::npos;
}

// Takes a field of so many hexadecimal digits off the front.
std::optional<std::string_view> TakeHex(std::string_view& text, std::size_t digits) {
  const std::string_view field = text.substr(0, digits);
  if (field.size() != digits || !IsLowerHex(field)) return std::nullopt;
  text.remove_prefix(digits);
  return field;
}

bool TakeDash(std::string_view& text) {
  if (!text.starts_with('-')) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  const auto version = TakeHex(header, kVersionDigits);
  if (!version || *version == "ff" || !TakeDash(header)) return std::nullopt;
  const auto trace = TakeHex(header, kTraceDigits);
  if (!trace || IsAllZero(*trace) || !TakeDash(header)) return std::nullopt;
  const auto parent = TakeHex(header, kParentDigits);
  if (!parent || IsAllZero(*parent) || !TakeDash(header)) return std::nullopt;
  if (!TakeHex(header, kFlagDigits)) return std::nullopt;
  // Later versions may add fields.
  if (!header.empty() && (*version == "00" || !header.starts_with('-'))) return std::nullopt;
  return TraceContext{.trace_id = std::string(*trace), .parent_id = std::string(*parent)};
}

}  // namespace edgevlm
