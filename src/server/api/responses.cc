// OpenAI's Responses API: /v1/responses.
#include <array>
#include <random>
#include <utility>

#include "edgevlm/count_tokens.h"
#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/endpoints.h"
#include "server/api/response_items.h"
#include "server/api/responses_api_format.h"
#include "server/decode_fields.h"
#include "server/image_fields.h"
#include "server/parse/json.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// Who knows an id can read the response, so ids cannot be guessed.
std::string RandomId() {
  constexpr int kWords = 4;
  std::random_device random;
  std::string id;
  for (int i = 0; i < kWords; ++i) {
    std::array<char, 9> digits;
    std::snprintf(digits.data(), digits.size(), "%08x", random());
    id += digits.data();
  }
  return id;
}

// What only this API has, and this server not.
void RejectUnsupportedHere(Fields& fields) {
  for (const char* name : {"background", "prompt", "conversation"}) {
    const Json* value = fields.Any(name);
    if (value == nullptr || *value == false) continue;
    fields.Reject(name, "not supported by this server", "unsupported");
  }
  const Json* include = fields.List("include");
  for (std::size_t i = 0; include != nullptr && i < include->size(); ++i) {
    if ((*include)[i] != "message.output_text.logprobs") continue;
    fields.Reject("include", "message.output_text.logprobs is not supported by this server",
                  "unsupported");
  }
}

// The parts of a request that its tokens depend on. `body` must outlive it.
struct ResponseRequest {
  ResponseRequest(ServerContext& context, const Request& request, const Json& body)
      : rules(context.rules()),
        known{.store = context.responses(), .scope = ScopeOf(request, rules->access)},
        fields(body, "", problem),
        images(*rules, problem) {
    CheckModel(context, fields);
    RejectUnsupported(fields);
    RejectUnsupportedHere(fields);
    reply.image_limits = ReadImageLimits(fields);
    conversation = ReadResponseInput(fields, images, problem, known);
    const std::string instructions = fields.Text("instructions", "");
    if (!instructions.empty()) {
      reply.messages.push_back({.role = Role::kSystem, .parts = {{.text = instructions}}});
    }
    reply.messages.insert(reply.messages.end(), conversation.begin(), conversation.end());
  }

  const std::shared_ptr<const ServerRules> rules;
  const KnownResponses known;
  Problem problem;
  Fields fields;
  RequestImages images;
  std::vector<RequestMessage> conversation;  // without the instructions
  ReplyRequest reply;
};

// A member of the request as it is.
json Echo(const Fields& fields, const char* name, json fallback = nullptr) {
  const Json* value = fields.Any(name);
  return value == nullptr ? std::move(fallback) : json(*value);
}

// The response before it has any output: what the request set, or its default.
json EmptyResponse(const Fields& fields, const ReplyMetadata& metadata,
                   const DecodeOptions& decode) {
  json text = Echo(fields, "text", json::object());
  if (!text.contains("format")) text["format"] = {{"type", "text"}};
  return {{"id", metadata.id},
          {"object", "response"},
          {"created_at", metadata.created},
          {"status", "in_progress"},
          {"background", false},
          {"error", nullptr},
          {"incomplete_details", nullptr},
          {"instructions", Echo(fields, "instructions")},
          {"max_output_tokens", Echo(fields, "max_output_tokens")},
          {"metadata", Echo(fields, "metadata", json::object())},
          {"model", metadata.model},
          {"output", json::array()},
          {"parallel_tool_calls", true},
          {"previous_response_id", Echo(fields, "previous_response_id")},
          {"store", Echo(fields, "store", true)},
          {"temperature", Echo(fields, "temperature", decode.temperature)},
          {"text", std::move(text)},
          {"tool_choice", "auto"},
          {"tools", json::array()},
          {"top_p", Echo(fields, "top_p", decode.top_p)},
          {"truncation", "disabled"},
          {"usage", nullptr}};
}

std::string IdOf(const Request& request) {
  constexpr std::string_view kFolder = "/responses/";
  return request.path.substr(request.path.find(kFolder) + kFolder.size());
}

Response NoSuchResponse() {
  return OpenAiError({.status = 404,
                      .message = "response: none of this id is stored",
                      .code = "response_not_found"});
}

}  // namespace

void StartResponse(ServerContext& context, Request request,
                   std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OpenAiError(*error));
  ResponseRequest parsed(context, request, std::get<Json>(body));
  Fields& fields = parsed.fields;
  Submission submission = {.request = std::move(parsed.reply),
                           .framing = Framing::kNamed,
                           .streams = fields.Bool("stream", false),
                           .origin = OriginOf(request)};
  submission.request.decode = ReadDecodeFields(fields, *parsed.rules);
  submission.request.decode.grammar = ReadResponseFormat(fields, parsed.problem);
  if (const Json* text = fields.Object("text")) {
    Fields inner(*text, "text", parsed.problem);
    auto form = ReadFlatFormat(inner, parsed.problem);
    if (form != nullptr) submission.request.decode.grammar = std::move(form);
  }
  fields.Object("metadata");  // checks its type
  const bool stores = fields.Bool("store", true);
  if (parsed.problem) return writer->Send(OpenAiError(*parsed.problem));
  submission.request.scope = parsed.known.scope;
  submission.request.fetch_ms = parsed.images.fetch_ms();
  ReplyMetadata metadata = MakeReplyMetadata(context, "resp", parsed.images.summaries());
  const std::string id = RandomId();
  metadata.id = kResponseIdPrefix + id;
  submission.origin.id = metadata.id;
  std::optional<ResponseSlot> slot;
  if (stores) {
    slot.emplace(ResponseSlot{.store = context.responses(),
                              .scope = parsed.known.scope,
                              .messages = std::move(parsed.conversation)});
  }
  submission.api_format =
      MakeResponsesApiFormat(EmptyResponse(fields, metadata, submission.request.decode),
                             kItemIdPrefix + id, std::move(slot));
  Answer(context, std::move(submission), std::move(writer));
}

Response CountResponseTokens(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OpenAiError(*error);
  const ResponseRequest parsed(context, request, std::get<Json>(body));
  if (parsed.problem) return OpenAiError(*parsed.problem);
  const Result<int> tokens =
      CountPromptTokens(context.engine(), parsed.reply.messages, parsed.reply.image_limits);
  if (!tokens) return OpenAiError(ToApiError(tokens.error()));
  return {.body = ToText({{"object", "response.input_tokens"}, {"input_tokens", *tokens}})};
}

Response ShowResponse(ServerContext& context, const Request& request) {
  if (request.query.find("stream=true") != std::string::npos) {
    return OpenAiError({.message = "stream: a stored response is sent as a whole only",
                        .param = "stream",
                        .code = "unsupported"});
  }
  const auto response =
      context.responses().Find(IdOf(request), ScopeOf(request, context.rules()->access));
  if (response == nullptr) return NoSuchResponse();
  return {.body = response->object};
}

Response DeleteResponse(ServerContext& context, const Request& request) {
  const std::string id = IdOf(request);
  if (!context.responses().Erase(id, ScopeOf(request, context.rules()->access))) {
    return NoSuchResponse();
  }
  return {.body = ToText({{"id", id}, {"object", "response"}, {"deleted", true}})};
}

}  // namespace edgevlm
