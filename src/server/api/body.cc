#include "server/api/body.h"

#include "base/ascii.h"
#include "server/parse/header_value.h"

namespace edgevlm {
namespace {

bool IsJsonType(std::string_view type) {
  const std::string_view kind = HeaderKind(type);
  // Examples for Ollama leave curl its default type.
  return kind.empty() || EqualIgnoringCase(kind, "application/json") ||
         EqualIgnoringCase(kind, "application/x-www-form-urlencoded") ||
         EqualIgnoringCase(kind, "text/plain");
}

}  // namespace

std::variant<Json, ApiError> ReadJsonBody(const Request& request) {
  if (!IsJsonType(request.header("content-type"))) {
    return ApiError{.status = 415, .message = "Content-Type: expected application/json"};
  }
  Result<Json> body = ParseJson(request.body);
  if (!body) return ToApiError(body.error());
  if (!body->is_object()) return ApiError{.message = "the body: expected an object"};
  return *std::move(body);
}

void CheckModel(const ServerContext& context, Fields& fields) {
  const std::string requested = fields.Text("model", context.model_name());
  if (context.IsModel(requested)) return;
  fields.Reject("model", "expected '" + context.model_name() + "', found another name",
                "model_not_found", 404);
}

}  // namespace edgevlm
