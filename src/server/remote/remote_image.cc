#include "server/remote/remote_image.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>

#include "base/ascii.h"
#include "catalog/http.h"
#include "catalog/url.h"
#include "server/remote/public_address.h"

namespace edgevlm {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::size_t kMaxUrlBytes = 2048;
constexpr int kOk = 200;

bool IsNameCharacter(char c) { return IsAlphanumericAscii(c) || c == '-' || c == '.'; }

// A public address as text; nothing for others.
std::optional<std::string> PublicText(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text;
  if (address.sa_family == AF_INET) {
    std::array<std::uint8_t, 4> bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
    if (!IsPublicAddress(bytes)) return std::nullopt;
    return inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
  }
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  if (address.sa_family != AF_INET6 || !IsPublicAddress(bytes)) return std::nullopt;
  return inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
}

// The address to connect to. If one of several addresses is not public, all are rejected.
Result<std::string> Resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), "443", &hints, &found) != 0) {
    return Error{ErrorCode::kIo, "URL: its host was not found"};
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, &freeaddrinfo);
  std::string first;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    const std::optional<std::string> text = PublicText(*entry->ai_addr);
    if (!text) return Error{ErrorCode::kInvalid, "URL: its host is not public"};
    if (first.empty()) first = *text;
  }
  return first;
}

// Collects the body, up to a limit.
class BodyCollector final : public HttpSink {
 public:
  explicit BodyCollector(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  MaybeError OnHeaders(const HttpResponse& response) override {
    return response.bytes.value_or(0) > max_bytes_ ? TooLarge() : std::nullopt;
  }
  MaybeError OnBody(std::span<const std::byte> bytes) override {
    if (bytes.size() > max_bytes_ - bytes_.size()) return TooLarge();
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return std::nullopt;
  }
  std::string bytes() && { return std::move(bytes_); }
  bool is_too_large() const { return is_too_large_; }

 private:
  MaybeError TooLarge() {
    is_too_large_ = true;
    return Error{ErrorCode::kTooLarge, "too large"};
  }

  const std::size_t max_bytes_;
  std::string bytes_;
  bool is_too_large_ = false;
};

}  // namespace

std::optional<std::string> RemoteHost(std::string_view url) {
  if (url.size() > kMaxUrlBytes) return std::nullopt;
  if (!StartsWithIgnoringCase(url, kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const std::string_view host = url.substr(0, url.find_first_of("/?#"));
  const bool is_name = !host.empty() && std::ranges::all_of(host, IsNameCharacter) &&
                       host.find_first_not_of("0123456789.") != std::string_view::npos;
  return is_name ? std::optional(std::string(host)) : std::nullopt;
}

bool IsAllowed(std::string_view host, const RemoteRules& rules) {
  return std::ranges::any_of(rules.domains, [&](const std::string& domain) {
    if (host.size() < domain.size()) return false;
    const std::size_t before = host.size() - domain.size();
    return EqualIgnoringCase(host.substr(before), domain) && !domain.empty() &&
           (before == 0 || host[before - 1] == '.');
  });
}

Result<std::string> FetchImage(const std::string& url, const RemoteRules& rules,
                               std::size_t max_bytes) {
  const std::optional<std::string> host = RemoteHost(url);
  if (!host || !IsAllowed(*host, rules)) {
    return Error{ErrorCode::kInvalid, "URL: not an allowed one"};
  }
  if (CheckUrl(url, "", /*allow_http=*/false)) {
    return Error{ErrorCode::kInvalid, "URL: expected an https URL"};
  }
  const Result<std::string> connect_to = Resolve(*host);
  if (!connect_to) return connect_to.error();
  BodyCollector body(max_bytes);
  const HttpOutcome outcome = HttpGet({.url = url,
                                       .stall_timeout_ms = static_cast<int>(rules.time.count()),
                                       .connect_to = *host + ":443:" + *connect_to,
                                       .whole_timeout_ms = static_cast<int>(rules.time.count())},
                                      body);
  if (body.is_too_large()) {
    return Error{ErrorCode::kTooLarge,
                 "URL: expected at most " + std::to_string(max_bytes) + " bytes, found more"};
  }
  if (outcome.failure || outcome.response.status != kOk) {
    return Error{ErrorCode::kIo, "URL: could not be fetched"};
  }
  return std::move(body).bytes();
}

}  // namespace edgevlm
