// Reads the JSON body of a request.
#pragma once

#include <utility>
#include <variant>

#include "server/parse/fields.h"
#include "server/parse/json.h"
#include "server/server_context.h"

namespace edgevlm {

// Errors: 400, 413, 415 (a Content-Type other than JSON).
std::variant<Json, ApiError> ReadJsonBody(const Request& request);

// 404 for a "model" that is not this server's (ServerContext::IsModel).
void CheckModel(const ServerContext& context, Fields& fields);

}  // namespace edgevlm
