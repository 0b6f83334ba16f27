#include "server/find_route.h"

#include <string>

namespace edgevlm {
namespace {

bool Matches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with("/*")) return pattern == path;
  pattern.remove_suffix(1);
  return path.size() > pattern.size() && path.starts_with(pattern) &&
         path.find('/', pattern.size()) == std::string_view::npos;
}

}  // namespace

std::variant<const Route*, ApiError> FindRoute(const Request& head) {
  const std::string_view method = head.method == "HEAD" ? "GET" : std::string_view(head.method);
  std::string allowed;
  for (const Route& route : Routes()) {
    if (!Matches(route.path, head.path)) continue;
    if (method == route.method) return &route;
    allowed.append(allowed.empty() ? "" : ", ").append(route.method);
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
