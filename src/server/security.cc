#include "server/security.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"
#include "base/base64.h"
#include "server/parse/header_value.h"

namespace edgevlm {
namespace {

constexpr std::string_view kAny = "*";

bool Holds(std::span<const std::string> list, std::string_view text) {
  return std::ranges::any_of(list, [&](const std::string& entry) {
    return entry == kAny || EqualIgnoringCase(entry, text);
  });
}

// What follows the scheme in an Authorization header.
std::optional<std::string_view> Credentials(std::string_view header, std::string_view scheme) {
  const std::size_t blank = header.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  if (!EqualIgnoringCase(header.substr(0, blank), scheme)) return std::nullopt;
  return TrimBlanks(header.substr(blank));
}

// In constant time: compares every byte up to the length of the longer one.
bool SameBytes(std::string_view a, std::string_view b) {
  volatile unsigned different = a.size() != b.size() ? 1 : 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const auto left = static_cast<unsigned char>(i < a.size() ? a[i] : '\0');
    const auto right = static_cast<unsigned char>(i < b.size() ? b[i] : '\0');
    different = different | static_cast<unsigned>(left ^ right);
  }
  return different == 0;
}

// "[::1]:8080" -> "[::1]", "example.org:8080" -> "example.org".
std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool IsIpAddress(std::string_view host) {
  if (host.starts_with('[')) return true;
  return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Quotes what a client sent up to the longest name that there can be (RFC 1035).
std::string QuotedName(std::string_view name) {
  constexpr std::size_t kMaxBytes = 253;
  return name.size() <= kMaxBytes ? "'" + std::string(name) + "'" : "a longer name";
}

bool IsOwnOrigin(const Request& head, std::string_view origin) {
  const std::size_t host = origin.find("://");
  return host != std::string_view::npos &&
         EqualIgnoringCase(origin.substr(host + 3), head.header("host"));
}

}  // namespace

std::string KeyOf(const Request& head) {
  const std::string_view header = head.header("authorization");
  if (const auto key = Credentials(header, "bearer")) return std::string(*key);
  if (const auto basic = Credentials(header, "basic")) {
    const std::string pair = DecodeBase64(*basic).value_or("");
    const std::size_t colon = pair.find(':');
    return colon == std::string::npos ? "" : pair.substr(colon + 1);
  }
  const std::string_view key = head.header("x-api-key");
  // Moondream's clients use a header of their own.
  return std::string(key.empty() ? head.header("x-moondream-auth") : key);
}

bool IsOneOf(std::string_view key, std::span<const std::string> keys) {
  bool found = false;
  for (const std::string& known : keys) found |= SameBytes(key, known);
  return found;
}

std::string ScopeOf(const Request& head, const AccessRules& rules) {
  return rules.keys.empty() ? "" : KeyOf(head);
}

std::optional<ApiError> CheckKey(const Request& head, const AccessRules& rules) {
  if (rules.keys.empty()) return std::nullopt;
  const std::string key = KeyOf(head);
  if (IsOneOf(key, rules.keys)) return std::nullopt;
  return ApiError{.status = 401,
                  .message = key.empty()
                                 ? "key: expected one in the header Authorization, found none"
                                 : "key: not one of this server's",
                  .code = "invalid_api_key",
                  .headers = {{"WWW-Authenticate", "Basic realm=\"edgevlm\", charset=\"UTF-8\""}}};
}

std::optional<ApiError> CheckHost(const Request& head, const AccessRules& rules) {
  const std::string_view host = WithoutPort(head.header("host"));
  const bool is_own = host.empty() || IsIpAddress(host) || EqualIgnoringCase(host, "localhost") ||
                      Holds(rules.host_names, host);
  if (is_own) return std::nullopt;
  return ApiError{.status = 421,
                  .message =
                      "host: expected an address, localhost or a name in the setting "
                      "server.host_names (--host-names), found " +
                      QuotedName(host),
                  .code = "wrong_host"};
}

std::optional<ApiError> CheckOrigin(const Request& head, const AccessRules& rules) {
  const std::string_view origin = head.header("origin");
  if (origin.empty() || IsOwnOrigin(head, origin) || Holds(rules.cors_origins, origin)) {
    return std::nullopt;
  }
  return ApiError{.status = 403,
                  .message =
                      "origin: expected this server's own or one in the setting "
                      "server.cors_origins (--cors-origins), found " +
                      QuotedName(origin),
                  .code = "wrong_origin"};
}

std::map<std::string, std::string> CorsHeaders(const Request& head, const AccessRules& rules) {
  const std::string_view origin = head.header("origin");
  if (origin.empty() || !Holds(rules.cors_origins, origin)) return {};
  return {{"Access-Control-Allow-Origin", std::string(origin)}, {"Vary", "Origin"}};
}

Response PreflightResponse(const Request& head, const AccessRules& rules) {
  Response answer = {.status = 204, .type = "", .headers = CorsHeaders(head, rules)};
  if (answer.headers.empty()) return answer;
  answer.headers["Access-Control-Allow-Methods"] = "GET, POST, DELETE, OPTIONS";
  answer.headers["Access-Control-Allow-Headers"] =
      "Authorization, Content-Type, X-Api-Key, X-Moondream-Auth";
  answer.headers["Access-Control-Max-Age"] = "600";
  return answer;
}

}  // namespace edgevlm
