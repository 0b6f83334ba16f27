// Ollama's API: POST /api/generate and /api/chat.
#include <optional>
#include <utility>

#include "base/utc_time.h"
#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/chat_messages.h"
#include "server/api/endpoints.h"
#include "server/api/ollama_api_format.h"
#include "server/decode_fields.h"
#include "server/image_fields.h"
#include "server/parse/json.h"
#include "server/request_images.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/tool_request.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_prompt.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

using nlohmann::json;

std::vector<RequestPart> ReadImages(Fields& fields, RequestImages& images) {
  std::vector<RequestPart> parts;
  const Json* list = fields.List("images");
  if (list == nullptr) return parts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!(*list)[i].is_string()) {
      fields.Reject("images", "expected images as base64");
      break;
    }
    parts.push_back(images.FromText((*list)[i].get_ref<const std::string&>(),
                                    fields.PathOf("images") + "[" + std::to_string(i) + "]"));
  }
  return parts;
}

// Images go before the text: Ollama's requests do not define their position.
void ReadOllamaMessage(const Json& object, const std::string& where, RequestImages& images,
                       Problem& problem, ToolConversation& conversation) {
  Fields fields(object, where, problem);
  const std::string name = fields.Text("role", "");
  std::vector<RequestPart> parts = ReadImages(fields, images);
  parts.push_back({.text = fields.Text("content", "")});
  if (name == "tool") {
    return conversation.AddResult(std::move(parts), fields.Text("tool_call_id", ""),
                                  fields.Text("tool_name", ""));
  }
  const std::optional<Role> role = RoleNamed(name);
  if (!role || name == "developer") {
    fields.Reject("role", "expected system, user, assistant or tool");
  }
  conversation.Add({.role = role.value_or(Role::kUser), .parts = std::move(parts)});
  if (role == Role::kAssistant) conversation.AddCalls(ReadCalls(fields, problem));
}

// The fields that both kinds of requests share. `body` must outlive it.
struct OllamaRequest {
  OllamaRequest(ServerContext& context, const Json& body)
      : rules(context.rules()), fields(body, "", problem), images(*rules, problem) {
    CheckModel(context, fields);
    RejectUnsupported(fields, {"logprobs", "top_logprobs", "tools", "tool_choice"});
    submission.streams = fields.Bool("stream", true);
    submission.framing = Framing::kLines;
    submission.request.decode = rules->decode;
    if (const Json* options = fields.Object("options")) {
      Fields inner(*options, "options", problem);
      RejectUnsupported(inner);
      submission.request.decode = ReadOllamaOptions(inner, *rules, context.engine());
      submission.request.decode.grammar = ReadResponseFormat(inner, problem);
      submission.request.image_limits = ReadImageLimits(inner);
    }
    submission.request.decode.alternatives = ReadAlternatives(fields);
    if (auto form = ReadResponseFormat(fields, problem)) {
      submission.request.decode.grammar = std::move(form);
    }
  }

  const std::shared_ptr<const ServerRules> rules;
  Problem problem;
  Fields fields;
  RequestImages images;
  Submission submission;
};

// Whether a request without a prompt is to unload the model, instead of loading it.
bool IsUnload(const Fields& fields) {
  const Json* time = fields.Any("keep_alive");
  return time != nullptr && (*time == 0 || *time == "0" || *time == "0s" || *time == "0m");
}

// Ollama's clients send an empty request to load or unload a model; ours stays loaded either way.
Response LoadedResponse(ServerContext& context, OllamaKind kind, const Fields& fields) {
  const ReplyMetadata metadata = MakeReplyMetadata(context, "load", {});
  json object = {{"model", metadata.model},
                 {"created_at", UtcTime(metadata.created)},
                 {"done", true},
                 {"done_reason", IsUnload(fields) ? "unload" : "load"}};
  if (kind == OllamaKind::kChat) {
    object["message"] = {{"role", "assistant"}, {"content", ""}};
  } else {
    object["response"] = "";
  }
  return {.body = ToText(object)};
}

void AnswerOllama(ServerContext& context, OllamaKind kind, OllamaRequest& request,
                  std::shared_ptr<ResponseWriter> writer) {
  if (request.problem) return writer->Send(OllamaError(*request.problem));
  ReplyMetadata metadata = MakeReplyMetadata(context, "ollama", request.images.summaries());
  request.submission.origin.id = metadata.id;
  request.submission.api_format = MakeOllamaApiFormat(kind, std::move(metadata));
  Answer(context, std::move(request.submission), std::move(writer));
}

}  // namespace

void StartOllamaGenerate(ServerContext& context, Request request,
                         std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OllamaError(*error));
  OllamaRequest parsed(context, std::get<Json>(body));
  RejectUnsupported(parsed.fields, {"logprobs", "top_logprobs"});
  parsed.submission.request.scope = ScopeOf(request, parsed.rules->access);
  parsed.submission.origin = OriginOf(request);
  const std::string system = parsed.fields.Text("system", "");
  const std::string prompt = parsed.fields.Text("prompt", "");
  RequestMessage message = {.role = Role::kUser, .parts = ReadImages(parsed.fields, parsed.images)};
  if (message.parts.empty() && prompt.empty() && !parsed.problem) {
    return writer->Send(LoadedResponse(context, OllamaKind::kGenerate, parsed.fields));
  }
  if (!prompt.empty()) message.parts.push_back({.text = prompt});
  if (!system.empty()) {
    parsed.submission.request.messages.push_back(
        {.role = Role::kSystem, .parts = {{.text = system}}});
  }
  parsed.submission.request.messages.push_back(std::move(message));
  AnswerOllama(context, OllamaKind::kGenerate, parsed, std::move(writer));
}

void StartOllamaChat(ServerContext& context, Request request,
                     std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OllamaError(*error));
  OllamaRequest parsed(context, std::get<Json>(body));
  parsed.submission.request.scope = ScopeOf(request, parsed.rules->access);
  parsed.submission.origin = OriginOf(request);
  const Json* list = parsed.fields.List("messages");
  if ((list == nullptr || list->empty()) && !parsed.problem) {
    return writer->Send(LoadedResponse(context, OllamaKind::kChat, parsed.fields));
  }
  if (list != nullptr && list->size() > kMaxMessages) {
    parsed.fields.Reject("messages", "expected at most " + std::to_string(kMaxMessages));
  }
  const ModelInfo& model = context.engine().info();
  ToolConversation conversation(model.tool_form);
  for (std::size_t i = 0; list != nullptr && i < list->size() && !parsed.problem; ++i) {
    ReadOllamaMessage((*list)[i], "messages[" + std::to_string(i) + "]", parsed.images,
                      parsed.problem, conversation);
  }
  parsed.submission.request.messages = conversation.Move();
  ApplyTools(parsed.fields, model, parsed.problem, parsed.submission);
  AnswerOllama(context, OllamaKind::kChat, parsed, std::move(writer));
}

}  // namespace edgevlm
