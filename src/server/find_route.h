// Finds the endpoint of a request.
#pragma once

#include <variant>

#include "server/api_error.h"
#include "server/route.h"

namespace edgevlm {

// A route whose path ends in "/*" matches any further path. Every path is also found with "/v1" in
// front or without it, where no other route has that path. HEAD counts as GET.
// Errors: 404, 405 (with the header Allow).
std::variant<const Route*, ApiError> FindRoute(const Request& head);

}  // namespace edgevlm
