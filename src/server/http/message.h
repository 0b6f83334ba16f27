// Request and Response: HTTP messages, independent of their form on the wire.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace edgevlm {

struct Request {
  std::string method;  // "GET"
  std::string path;    // of the target, before its '?', as sent
  std::string query;   // after the '?'
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body = {};
  bool upgrades = false;  // to a WebSocket

  // Empty if there is no such header. Several of one name are joined by ", ".
  std::string_view header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

struct Response {
  int status = 200;
  std::string type = "application/json";  // of the body
  std::string body = {};
  std::map<std::string, std::string> headers = {};
};

}  // namespace edgevlm
