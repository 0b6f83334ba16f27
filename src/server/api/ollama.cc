// Ollama's dialect: POST /api/generate and /api/chat.
#include <utility>

#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/chat_messages.h"
#include "server/api/endpoints.h"
#include "server/api/ollama_api_format.h"
#include "server/decode_fields.h"
#include "server/images.h"
#include "server/parse/json.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

using nlohmann::json;

std::vector<RequestPart> ReadImages(Fields& fields, Images& images) {
  std::vector<RequestPart> parts;
  const Json* list = fields.List("images");
  if (list == nullptr) return parts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!(*list)[i].is_string()) {
      fields.Refuse("images", "expected images as base64");
      break;
    }
    parts.push_back(images.FromText((*list)[i].get_ref<const std::string&>(),
                                    fields.PathOf("images") + "[" + std::to_string(i) + "]"));
  }
  return parts;
}

// Images go before the words: Ollama's requests do not say where they belong.
RequestMessage ReadOllamaMessage(const Json& object, const std::string& where, Images& images,
                                 Problem& problem) {
  Fields fields(object, where, problem);
  RequestMessage message;
  const std::string role = fields.Text("role", "");
  if (role == "system") {
    message.role = Role::kSystem;
  } else if (role == "assistant") {
    message.role = Role::kAssistant;
  } else if (role != "user") {
    fields.Refuse("role", "expected system, user or assistant");
  }
  message.parts = ReadImages(fields, images);
  message.parts.push_back({.text = fields.Text("content", "")});
  return message;
}

// What both requests have; body holds the rest.
struct OllamaRequest {
  OllamaRequest(ServerContext& context, const Json& body)
      : rules(context.rules()), fields(body, "", problem), images(*rules, problem) {
    CheckModel(context, fields);
    RefuseUnsupported(fields);
    ask.streams = fields.Bool("stream", true);
    ask.framing = Framing::kLines;
    ask.request.decode = rules->decode;
    if (const Json* options = fields.Object("options")) {
      Fields inner(*options, "options", problem);
      RefuseUnsupported(inner);
      ask.request.decode = ReadOllamaOptions(inner, *rules);
      ask.request.decode.grammar = ReadReplyForm(inner, problem);
    }
    if (auto form = ReadReplyForm(fields, problem)) ask.request.decode.grammar = std::move(form);
  }

  const std::shared_ptr<const ServerRules> rules;
  Problem problem;
  Fields fields;
  Images images;
  Ask ask;
};

// Ollama's clients ask for nothing to have a model loaded; ours is.
Response LoadedAnswer(ServerContext& context, OllamaKind kind) {
  const ReplyFacts facts = FactsFor(context, "load", {});
  json object = {{"model", facts.model},
                 {"created_at", OllamaDate(facts.created)},
                 {"done", true},
                 {"done_reason", "load"}};
  if (kind == OllamaKind::kChat) {
    object["message"] = {{"role", "assistant"}, {"content", ""}};
  } else {
    object["response"] = "";
  }
  return {.body = ToText(object)};
}

void Finish(ServerContext& context, OllamaKind kind, OllamaRequest& request,
            std::shared_ptr<ResponseWriter> writer) {
  if (request.problem) return writer->Send(OllamaError(*request.problem));
  request.ask.api_format =
      MakeOllamaApiFormat(kind, FactsFor(context, "ollama", request.images.shown()));
  Answer(context, std::move(request.ask), std::move(writer));
}

}  // namespace

void StartOllamaGenerate(ServerContext& context, Request request,
                         std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OllamaError(*error));
  OllamaRequest asked(context, std::get<Json>(body));
  asked.ask.request.scope = ScopeOf(request, asked.rules->access);
  const std::string system = asked.fields.Text("system", "");
  const std::string prompt = asked.fields.Text("prompt", "");
  RequestMessage message = {.role = Role::kUser, .parts = ReadImages(asked.fields, asked.images)};
  if (message.parts.empty() && prompt.empty() && !asked.problem) {
    return writer->Send(LoadedAnswer(context, OllamaKind::kGenerate));
  }
  if (!prompt.empty()) message.parts.push_back({.text = prompt});
  if (!system.empty()) {
    asked.ask.request.messages.push_back({.role = Role::kSystem, .parts = {{.text = system}}});
  }
  asked.ask.request.messages.push_back(std::move(message));
  Finish(context, OllamaKind::kGenerate, asked, std::move(writer));
}

void StartOllamaChat(ServerContext& context, Request request,
                     std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OllamaError(*error));
  OllamaRequest asked(context, std::get<Json>(body));
  asked.ask.request.scope = ScopeOf(request, asked.rules->access);
  const Json* list = asked.fields.List("messages");
  if ((list == nullptr || list->empty()) && !asked.problem) {
    return writer->Send(LoadedAnswer(context, OllamaKind::kChat));
  }
  if (list != nullptr && list->size() > kMaxMessages) {
    asked.fields.Refuse("messages", "expected at most " + std::to_string(kMaxMessages));
  }
  for (std::size_t i = 0; list != nullptr && i < list->size() && !asked.problem; ++i) {
    asked.ask.request.messages.push_back(ReadOllamaMessage(
        (*list)[i], "messages[" + std::to_string(i) + "]", asked.images, asked.problem));
  }
  Finish(context, OllamaKind::kChat, asked, std::move(writer));
}

}  // namespace edgevlm
