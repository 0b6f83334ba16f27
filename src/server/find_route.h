// Finds the endpoint of a request.
#pragma once

#include <variant>

#include "server/api_error.h"
#include "server/route.h"

namespace edgevlm {

// A route whose path ends in "/*" matches any one further path segment. HEAD counts as GET.
// Errors: 404, 405 (with the header Allow).
std::variant<const Route*, ApiError> FindRoute(const Request& head);

}  // namespace edgevlm
