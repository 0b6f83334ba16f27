#include "server/find_route.h"

#include <string>

namespace edgevlm {
namespace {

bool Matches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with("/*")) return pattern == path;
  pattern.remove_suffix(1);
  return path.size() > pattern.size() && path.starts_with(pattern);
}

// Clients are configured with or without "/v1" at the end of the server's address.
std::string OtherPath(const std::string& path) {
  constexpr std::string_view kVersion = "/v1";
  const bool has_version =
      path.starts_with(kVersion) && path.substr(kVersion.size()).starts_with('/');
  return has_version ? path.substr(kVersion.size()) : std::string(kVersion) + path;
}

// Null if no route has the path and the method; then `allowed` has the methods of the path. Routes
// for the path itself come before those for all below one (routes.cc).
const Route* Find(std::string_view method, std::string_view path, std::string& allowed) {
  bool is_exact = false;
  for (const Route& route : Routes()) {
    if (!Matches(route.path, path) || (is_exact && route.path != path)) continue;
    is_exact |= route.path == path;
    if (method == route.method) return &route;
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
  }
  return nullptr;
}

}  // namespace

std::variant<const Route*, ApiError> FindRoute(const Request& head) {
  const std::string_view method = head.method == "HEAD" ? "GET" : std::string_view(head.method);
  std::string allowed;
  if (const Route* route = Find(method, head.path, allowed)) return route;
  if (allowed.empty()) {
    if (const Route* route = Find(method, OtherPath(head.path), allowed)) return route;
  }
  if (allowed.empty()) {
    return ApiError{
        .status = 404, .message = "path: no such endpoint (see /docs)", .code = "not_found"};
  }
  return ApiError{.status = 405,
                  .message = "method: expected " + allowed,
                  .code = "method_not_allowed",
                  .headers = {{"Allow", allowed}}};
}

}  // namespace edgevlm
