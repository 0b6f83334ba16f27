#include "server/service.h"

#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "server/answer.h"
#include "server/api/endpoints.h"
#include "server/api/task_api_format.h"
#include "server/counting_response_writer.h"
#include "server/find_route.h"
#include "server/parse/json.h"
#include "server/security.h"

namespace edgevlm {
namespace {

constexpr std::string_view kWebSocketPath = "/ws";
constexpr std::string_view kUnknown = "other";

// The checks that do not depend on the endpoint.
std::optional<ApiError> CheckHead(const Request& head, const AccessRules& rules) {
  if (auto error = CheckHost(head, rules)) return error;
  if (auto error = CheckOrigin(head, rules)) return error;
  const std::string_view encoding = head.header("content-encoding");
  if (!encoding.empty() && !EqualIgnoringCase(encoding, "identity")) {
    return ApiError{.status = 415, .message = "Content-Encoding: expected none"};
  }
  return std::nullopt;
}

Response WithHeaders(Response response, const std::map<std::string, std::string>& headers) {
  for (const auto& [name, value] : headers) response.headers.insert_or_assign(name, value);
  return response;
}

ApiError Draining() {
  return {.status = 503,
          .message = "server: shutting down",
          .code = "draining",
          .headers = {{"Retry-After", "10"}}};
}

}  // namespace

std::variant<BodyLimit, MessageLimit, Response> Service::Admit(const Request& head) {
  const auto rules = context_.rules();
  const auto reject = [&](const ApiError& error) {
    context_.metrics().OnRequestStart();
    context_.metrics().OnRequestEnd(kUnknown, error.status, 0);
    return WithHeaders(UnauthorizedResponse(head, error), CorsHeaders(head, rules->access));
  };
  if (auto error = CheckHead(head, rules->access)) return reject(*error);
  if (head.path == kWebSocketPath) {
    if (auto error = CheckKey(head, rules->access)) return reject(*error);
    if (head.upgrades) return MessageLimit{rules->limits.body_bytes};
    return reject({.status = 426,
                   .message = "path: expected a WebSocket",
                   .code = "upgrade_required",
                   .headers = {{"Upgrade", "websocket"}}});
  }
  if (head.method == "OPTIONS") return PreflightResponse(head, rules->access);
  const auto found = FindRoute(head);
  const bool is_open =
      std::holds_alternative<const Route*>(found) && !std::get<const Route*>(found)->needs_key;
  // Without a key, a client does not learn which paths exist.
  if (!is_open) {
    if (auto error = CheckKey(head, rules->access)) return reject(*error);
  }
  if (const auto* error = std::get_if<ApiError>(&found)) return reject(*error);
  const Route& route = *std::get<const Route*>(found);
  return BodyLimit{route.takes_body ? rules->limits.body_bytes : 0};
}

void Service::Handle(Request request, std::shared_ptr<ResponseWriter> writer) {
  const auto found = FindRoute(request);
  if (std::holds_alternative<ApiError>(found)) {  // Admit should have rejected it
    return writer->Send(ErrorAt(request.path, std::get<ApiError>(found)));
  }
  const Route& route = *std::get<const Route*>(found);
  auto counted =
      std::make_shared<CountingResponseWriter>(std::move(writer), context_.metrics(), route.path,
                                               CorsHeaders(request, context_.rules()->access));
  if (route.start == nullptr) return counted->Send(route.respond(context_, request));
  if (context_.draining()) {
    context_.metrics().OnRejected("draining");
    return counted->Send(ErrorAt(request.path, Draining()));
  }
  route.start(context_, std::move(request), counted);
}

// {"type": "caption" or "vqa", and the fields of that endpoint}; always streamed.
void Service::HandleMessage(const Request& head, std::string message,
                            std::shared_ptr<ResponseWriter> writer) {
  auto counted = std::make_shared<CountingResponseWriter>(
      std::move(writer), context_.metrics(), kWebSocketPath, std::map<std::string, std::string>());
  // The key may have been revoked since the client connected.
  if (auto error = CheckKey(head, context_.rules()->access)) {
    return counted->Send(OpenAiError(*error));
  }
  if (context_.draining()) {
    context_.metrics().OnRejected("draining");
    return counted->Send(OpenAiError(Draining()));
  }
  Result<Json> body = ParseJson(message);
  if (!body) return counted->Send(OpenAiError(ToApiError(body.error())));
  Problem problem;
  Fields fields(*body, "", problem);
  const std::string type = fields.Text("type", "");
  if (type != "caption" && type != "vqa") fields.Reject("type", "expected caption or vqa");
  if (problem) return counted->Send(OpenAiError(*problem));
  const TaskKind kind = type == "caption" ? TaskKind::kCaption : TaskKind::kAnswer;
  auto read = ReadTask(context_, {.kind = kind,
                                  .body = *std::move(body),
                                  .scope = ScopeOf(head, context_.rules()->access),
                                  .origin = OriginOf(head)});
  if (const auto* error = std::get_if<ApiError>(&read)) return counted->Send(OpenAiError(*error));
  Submission submission = std::get<Submission>(std::move(read));
  submission.streams = true;
  submission.framing = Framing::kMessages;
  Answer(context_, std::move(submission), counted);
}

Response Service::ErrorResponse(std::string_view path, int status, const std::string& reason) {
  context_.metrics().OnRequestStart();
  context_.metrics().OnRequestEnd(kUnknown, status, 0);
  return ErrorAt(path, {.status = status, .message = "request: " + reason});
}

}  // namespace edgevlm
