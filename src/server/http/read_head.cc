#include "server/http/read_head.h"

#include <boost/beast/websocket/rfc6455.hpp>

namespace edgevlm {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

Request ReadHead(const boost::beast::http::request<boost::beast::http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  std::string_view target(message.target().data(), message.target().size());
  const std::size_t question = target.find('?');
  request.path = std::string(target.substr(0, question));
  if (question != std::string_view::npos) request.query = std::string(target.substr(question + 1));
  for (const auto& field : message) {
    const std::string_view value(field.value().data(), field.value().size());
    const auto [entry, is_first] = request.headers.try_emplace(
        LowerCase({field.name_string().data(), field.name_string().size()}), value);
    if (!is_first) entry->second.append(", ").append(value);
  }
  request.upgrades = boost::beast::websocket::is_upgrade(message);
  return request;
}

}  // namespace edgevlm
