// POST /mcp: the Model Context Protocol over HTTP, with the tools "describe" and "ask". Without
// sessions and streams, both of which the protocol leaves to the server.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "edgevlm/edgevlm.h"
#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/endpoints.h"
#include "server/api/task_api_format.h"
#include "server/parse/json.h"
#include "server/security.h"

namespace edgevlm {
namespace {

// The last is the newest.
constexpr std::array<std::string_view, 4> kVersions = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                       "2025-11-25"};
// Codes of JSON-RPC 2.0, and one of this protocol.
constexpr int kNoJson = -32700;
constexpr int kNoRequest = -32600;
constexpr int kNoMethod = -32601;
constexpr int kWrongParams = -32602;
constexpr int kUnknownVersion = -32000;

Response RpcResult(const Json& id, Json result) {
  return {.body = ToText(Json{{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}})};
}

Response RpcError(const Json& id, int code, const std::string& message, int status = 200) {
  return {.status = status,
          .body = ToText(Json{
              {"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message}}}})};
}

// What a tool returned. Errors are results too, so that the model that called can correct itself.
Response ToolResult(const Json& id, const std::string& text, bool is_error) {
  return RpcResult(
      id, {{"content", Json::array({{{"type", "text"}, {"text", text}}})}, {"isError", is_error}});
}

class McpApiFormat final : public ApiFormat {
 public:
  explicit McpApiFormat(Json id) : id_(std::move(id)) {}

  Response WholeReply(const RequestReply& reply) override {
    return ToolResult(id_, reply.reply.text, false);
  }
  Response ErrorReply(const ApiError& error) override {
    return ToolResult(id_, error.message, true);
  }

  // Replies are never streamed.
  std::vector<std::string> TextChunks(const TextPiece&) override { return {}; }
  std::vector<std::string> StreamEnd(const RequestReply&) override { return {}; }
  std::string StreamError(const ApiError& error) override { return error.message; }

 private:
  const Json id_;
};

bool IsKnown(std::string_view version) {
  return std::ranges::find(kVersions, version) != kVersions.end();
}

Json Initialize(const Json& params) {
  const auto wanted = params.find("protocolVersion");
  const bool is_known = wanted != params.end() && wanted->is_string() &&
                        IsKnown(wanted->get_ref<const std::string&>());
  return {{"protocolVersion", is_known ? *wanted : Json(kVersions.back())},
          {"capabilities", {{"tools", Json::object()}}},
          {"serverInfo", {{"name", "edgevlm"}, {"version", Version()}}}};
}

Json ToolJson(const char* name, const char* description, Json properties, Json required) {
  properties["image"] = {
      {"type", "string"},
      {"description", "The image: base64, a data URI, or a URL if this server fetches them"}};
  return {{"name", name},
          {"description", description},
          {"inputSchema",
           {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)}}}};
}

Json ListTools() {
  const Json length = {{"type", "string"}, {"enum", {"short", "normal", "long"}}};
  const Json question = {{"type", "string"}, {"description", "What to answer about the image"}};
  return {{"tools",
           {ToolJson("describe", "Describes an image.", {{"length", length}}, {"image"}),
            ToolJson("ask", "Answers a question about an image.", {{"question", question}},
                     {"image", "question"})}}};
}

// Only what the schema of the tool has: the endpoints behind them know more fields.
Json Arguments(const Json& params, std::initializer_list<const char*> names) {
  Json body = Json::object();
  const auto arguments = params.find("arguments");
  if (arguments == params.end() || !arguments->is_object()) return body;
  for (const char* name : names) {
    if (arguments->contains(name)) body[name] = (*arguments)[name];
  }
  return body;
}

void CallTool(ServerContext& context, const Request& request, const Json& id, const Json& params,
              const std::shared_ptr<ResponseWriter>& writer) {
  const auto name = params.find("name");
  TaskInput input = {.kind = TaskKind::kCaption,
                     .body = Arguments(params, {"image", "length"}),
                     .scope = ScopeOf(request, context.rules()->access),
                     .origin = OriginOf(request)};
  if (name != params.end() && *name == "ask") {
    input.kind = TaskKind::kAnswer;
    input.body = Arguments(params, {"image", "question"});
  } else if (name == params.end() || *name != "describe") {
    return writer->Send(
        RpcError(id, kWrongParams, "params.name: expected describe or ask, found another tool"));
  }
  auto submission = ReadTask(context, std::move(input));
  if (const auto* error = std::get_if<ApiError>(&submission)) {
    return writer->Send(ToolResult(id, error->message, true));
  }
  std::get<Submission>(submission).api_format = std::make_shared<McpApiFormat>(id);
  Answer(context, std::get<Submission>(std::move(submission)), writer);
}

// Null: a notification, or the response to a request, which this server never makes.
const Json* IdOf(const Json& message) {
  const auto id = message.find("id");
  return id == message.end() || !message.contains("method") ? nullptr : &*id;
}

}  // namespace

void StartMcp(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) {
    return writer->Send(RpcError(nullptr, kNoJson, error->message, error->status));
  }
  const std::string_view version = request.header("mcp-protocol-version");
  if (!version.empty() && !IsKnown(version)) {
    return writer->Send(RpcError(nullptr, kUnknownVersion,
                                 "mcp-protocol-version: expected " + std::string(kVersions.back()) +
                                     " or earlier, found another one",
                                 400));
  }
  const Json& message = std::get<Json>(body);
  const Json* id = IdOf(message);
  if (id == nullptr) return writer->Send({.status = 202});
  const Json& method = message["method"];
  const bool is_request = message.contains("jsonrpc") && message["jsonrpc"] == "2.0" &&
                          method.is_string() && (id->is_string() || id->is_number_integer());
  if (!is_request) {
    return writer->Send(
        RpcError(nullptr, kNoRequest, "the body: expected a request of JSON-RPC 2.0", 400));
  }
  const auto found = message.find("params");
  const Json params = found != message.end() && found->is_object() ? *found : Json(Json::object());
  if (method == "initialize") return writer->Send(RpcResult(*id, Initialize(params)));
  if (method == "ping") return writer->Send(RpcResult(*id, Json::object()));
  if (method == "tools/list") return writer->Send(RpcResult(*id, ListTools()));
  if (method == "tools/call") return CallTool(context, request, *id, params, writer);
  writer->Send(RpcError(*id, kNoMethod,
                        "method: expected initialize, ping, tools/list or tools/call, found "
                        "another one"));
}

}  // namespace edgevlm
