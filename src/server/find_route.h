// Which endpoint a request means.
#pragma once

#include <variant>

#include "server/api_error.h"
#include "server/route.h"

namespace edgevlm {

// A path that ends in "/*" stands for all with one more part. HEAD counts as GET.
// Errors: 404, 405 (with the header Allow).
std::variant<const Route*, ApiError> FindRoute(const Request& head);

}  // namespace edgevlm
