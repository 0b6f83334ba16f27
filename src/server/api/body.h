// The body of a request, read.
#pragma once

#include <utility>
#include <variant>

#include "server/parse/fields.h"
#include "server/parse/json.h"
#include "server/server_context.h"

namespace edgevlm {

// Errors: 400, 413, 415 (a Content-Type that is there and is no JSON).
std::variant<Json, ApiError> ReadJsonBody(const Request& request);

// 404 for a "model" that is not this server's. Tags (":latest") do not count.
void CheckModel(const ServerContext& context, Fields& fields);

}  // namespace edgevlm
