#include "server/http/read_head.h"

#include <algorithm>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>

#include "base/ascii.h"

namespace edgevlm {
namespace {

constexpr std::string_view kHost = "host";

// Removes "http://host" from the start of a target and returns the host; nothing for others.
std::optional<std::string> ConsumeHost(std::string_view& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!StartsWithIgnoringCase(target, scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    target = rest.substr(end);
    return std::string(rest.substr(0, end));
  }
  return std::nullopt;
}

}  // namespace

Request ReadHead(const boost::beast::http::request<boost::beast::http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  std::string_view target(message.target().data(), message.target().size());
  const std::optional<std::string> host = ConsumeHost(target);
  const std::size_t question = target.find('?');
  request.path = std::string(target.substr(0, question));
  if (host && request.path.empty()) request.path = "/";
  if (question != std::string_view::npos) request.query = std::string(target.substr(question + 1));
  for (const auto& field : message) {
    const std::string_view value(field.value().data(), field.value().size());
    const auto [entry, is_first] = request.headers.try_emplace(
        ToLowerAscii({field.name_string().data(), field.name_string().size()}), value);
    if (!is_first) entry->second.append(", ").append(value);
  }
  if (host) request.headers.insert_or_assign(std::string(kHost), *host);
  request.upgrades = boost::beast::websocket::is_upgrade(message);
  return request;
}

}  // namespace edgevlm
