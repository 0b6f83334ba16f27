#include "server/schema/formats.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace edgevlm {
namespace {

// Valid dates: 30 and 31 only in months that have them, 29 February in leap years (years divisible
// by 4; of whole centuries, those divisible by 400). There is no year 0.
constexpr const char* kDate =
    R"((?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|)"
    R"(02-(?:0[1-9]|1\d|2[0-8]))|)"
    R"((?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29))";
constexpr const char* kNoYearZero = "(?!0000)";
// RFC 3339, without leap seconds, which few parsers accept.
constexpr const char* kTime =
    R"((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))";
// RFC 3339, appendix A: no unit is skipped between two others.
constexpr const char* kDuration =
    R"(P(?:\d{1,6}W|(?:\d{1,6}Y(?:\d{1,6}M(?:\d{1,6}D)?)?|\d{1,6}M(?:\d{1,6}D)?|\d{1,6}D))"
    R"((?:T(?:\d{1,6}H(?:\d{1,6}M(?:\d{1,6}S)?)?|\d{1,6}M(?:\d{1,6}S)?|\d{1,6}S))?|)"
    R"(T(?:\d{1,6}H(?:\d{1,6}M(?:\d{1,6}S)?)?|\d{1,6}M(?:\d{1,6}S)?|\d{1,6}S)))";
constexpr const char* kHostname =
    R"((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.){0,3}[A-Za-z](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?)";
constexpr const char* kEmail =
    R"([A-Za-z0-9_+-]{1,32}(?:\.[A-Za-z0-9_+-]{1,16}){0,2}@)"
    R"((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.){1,3}[A-Za-z]{2,16})";
constexpr const char* kIpv4 =
    R"((?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d))";
constexpr const char* kUri =
    R"(https?://(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.){1,3}[A-Za-z]{2,16})"
    R"((?::[1-9]\d{0,3})?(?:/[A-Za-z0-9._~-]*)*(?:\?[A-Za-z0-9._~=&-]*)?(?:#[A-Za-z0-9._~-]*)?)";

constexpr const char* kBase64 =
    R"((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?)";
constexpr const char* kUuidBegin = "[0-9a-f]{8}-[0-9a-f]{4}-";
constexpr const char* kUuidEnd = "[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

struct Format {
  std::string_view name;
  std::array<std::string_view, 4> parts;  // of the pattern
};

// The formats of JSON Schema, and those that Pydantic, zod and OpenAPI add.
constexpr Format kFormats[] = {
    {"date", {kNoYearZero, kDate}},
    {"time", {kTime}},
    {"date-time", {kNoYearZero, kDate, "T", kTime}},
    {"duration", {kDuration}},
    {"email", {kEmail}},
    {"idn-email", {kEmail}},
    {"hostname", {kHostname}},
    {"idn-hostname", {kHostname}},
    {"ipv4", {kIpv4}},
    {"ipvanyaddress", {kIpv4}},
    {"ipv6", {"(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"}},
    {"uri", {kUri}},
    {"url", {kUri}},
    {"iri", {kUri}},
    {"uuid", {kUuidBegin, "[1-8]", kUuidEnd}},
    {"uuid1", {kUuidBegin, "1", kUuidEnd}},
    {"uuid3", {kUuidBegin, "3", kUuidEnd}},
    {"uuid4", {kUuidBegin, "4", kUuidEnd}},
    {"uuid5", {kUuidBegin, "5", kUuidEnd}},
    {"byte", {kBase64}},
    {"base64", {kBase64}},
};

// Formats that any text has, and formats of numbers that add nothing to the type.
constexpr std::string_view kAnyText[] = {"password", "path",  "file-path", "directory-path",
                                         "binary",   "int64", "float",     "double"};

}  // namespace

std::optional<std::string> FormatPattern(std::string_view format) {
  if (std::ranges::find(kAnyText, format) != std::end(kAnyText)) return "";
  const auto found = std::ranges::find(kFormats, format, &Format::name);
  if (found == std::end(kFormats)) return std::nullopt;
  std::string pattern = "^";
  for (const std::string_view part : found->parts) pattern += part;
  return pattern + "$";
}

}  // namespace edgevlm
