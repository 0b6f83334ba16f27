// OpenAI's Responses API: /v1/responses.
#include <algorithm>
#include <optional>
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
#include "server/random_id.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/speech/request_sounds.h"
#include "server/tool_request.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_prompt.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// What only this API has, and this server not.
void RejectUnsupportedHere(Fields& fields) {
  for (const char* name : {"background", "prompt", "conversation"}) {
    const Json* value = fields.Any(name);
    if (value == nullptr || *value == false) continue;
    fields.Reject(name, "not supported by this server", "unsupported");
  }
}

// Here a member of a list asks for log probabilities, or the number of alternatives alone.
std::optional<int> ReadIncludedLogprobs(Fields& fields) {
  constexpr std::int64_t kMax = 20;
  const auto count = static_cast<int>(fields.Whole("top_logprobs", {0, kMax}, 0));
  const Json* include = fields.List("include");
  const bool is_wanted =
      include != nullptr &&
      std::ranges::find(*include, "message.output_text.logprobs") != include->end();
  return is_wanted || count > 0 ? std::optional(count) : std::nullopt;
}

// The parts of a request that its tokens depend on. `body` must outlive it.
struct ResponseRequest {
  ResponseRequest(ServerContext& context, const Request& request, const Json& body,
                  bool takes_videos)
      : rules(context.rules()),
        model(context.engine().info()),
        known{.store = context.responses(), .scope = ScopeOf(request, rules->access)},
        fields(body, "", problem),
        images(*rules, problem),
        sounds(context, problem) {
    images.set_sounds(&sounds);
    if (takes_videos) images.TakeVideos();
    CheckModel(context, fields);
    RejectUnsupported(fields, {"top_logprobs", "tools", "tool_choice"});
    RejectUnsupportedHere(fields);
    reply.image_limits = ReadImageLimits(fields);
    conversation = ReadResponseInput(fields, images, problem, known, model.tool_form);
    const std::string instructions = fields.Text("instructions", "");
    if (!instructions.empty()) {
      reply.messages.push_back({.role = Role::kSystem, .parts = {{.text = instructions}}});
    }
    reply.messages.insert(reply.messages.end(), conversation.begin(), conversation.end());
  }

  const std::shared_ptr<const ServerRules> rules;
  const ModelInfo& model;
  const KnownResponses known;
  Problem problem;
  Fields fields;
  RequestImages images;
  RequestSounds sounds;
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
          {"parallel_tool_calls", Echo(fields, "parallel_tool_calls", true)},
          {"previous_response_id", Echo(fields, "previous_response_id")},
          {"store", Echo(fields, "store", true)},
          {"temperature", Echo(fields, "temperature", decode.temperature)},
          {"text", std::move(text)},
          {"tool_choice", Echo(fields, "tool_choice", "auto")},
          {"tools", Echo(fields, "tools", json::array())},
          {"top_logprobs", decode.alternatives.value_or(0)},
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
  ResponseRequest parsed(context, request, std::get<Json>(body), /*takes_videos=*/true);
  Fields& fields = parsed.fields;
  Submission submission = {.request = std::move(parsed.reply),
                           .framing = Framing::kNamed,
                           .streams = fields.Bool("stream", false),
                           .origin = OriginOf(request)};
  submission.request.decode = ReadDecodeFields(fields, *parsed.rules, context.engine());
  submission.request.decode.alternatives = ReadIncludedLogprobs(fields);
  submission.request.decode.grammar = ReadResponseFormat(fields, parsed.problem);
  if (const Json* text = fields.Object("text")) {
    Fields inner(*text, "text", parsed.problem);
    auto form = ReadFlatFormat(inner, parsed.problem);
    if (form != nullptr) submission.request.decode.grammar = std::move(form);
  }
  ApplyTools(fields, parsed.model, parsed.problem, submission);
  fields.Object("metadata");  // checks its type
  const VideoChoice video_choice = ReadVideoFields(fields);
  const bool stores = fields.Bool("store", true);
  if (parsed.problem) return writer->Send(OpenAiError(*parsed.problem));
  submission.request.scope = parsed.known.scope;
  parsed.sounds.TranscribeBesideImages(submission.request);
  parsed.sounds.PutTexts(parsed.conversation);
  if (parsed.problem) return writer->Send(OpenAiError(*parsed.problem));
  submission.request.fetch_ms = parsed.images.fetch_ms();
  ReplyMetadata metadata = MakeReplyMetadata(context, "resp", parsed.images.summaries());
  MoveVideos(parsed.images, video_choice, submission, metadata);
  // Who knows an id can read the response.
  const std::string id = RandomId();
  metadata.id = kResponseIdPrefix + id;
  submission.origin.id = metadata.id;
  std::optional<ResponseSlot> slot;
  if (stores) {
    slot.emplace(ResponseSlot{.store = context.responses(),
                              .scope = parsed.known.scope,
                              .messages = std::move(parsed.conversation),
                              .form = parsed.model.tool_form});
  }
  submission.api_format = MakeResponsesApiFormat(
      EmptyResponse(fields, metadata, submission.request.decode), id, std::move(slot), metadata);
  Answer(context, std::move(submission), std::move(writer));
}

Response CountResponseTokens(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OpenAiError(*error);
  ResponseRequest parsed(context, request, std::get<Json>(body), /*takes_videos=*/false);
  AddTools(ReadTools(parsed.fields, parsed.model, parsed.problem), parsed.model.default_system,
           parsed.reply);
  if (!parsed.problem) parsed.sounds.Transcribe();
  if (parsed.problem) return OpenAiError(*parsed.problem);
  parsed.sounds.PutTexts(parsed.reply.messages);
  const Result<int> tokens =
      CountPromptTokens(context.engine(), parsed.reply.messages, parsed.reply.image_limits,
                        parsed.reply.template_inputs);
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
