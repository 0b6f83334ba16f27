// POST /caption and /vqa (also /query, as moondream's clients call it): one image or several, and
// what to say about them.
#include <utility>

#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/endpoints.h"
#include "server/api/form.h"
#include "server/api/task_api_format.h"
#include "server/decode_fields.h"
#include "server/images.h"
#include "server/parse/multipart.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

// For models that take words; those made for captions alone need none.
struct Length {
  const char* name;
  const char* prompt;
};
constexpr Length kLengths[] = {{"short", "Describe the picture in one short sentence."},
                               {"normal", "Describe the picture."},
                               {"long", "Describe the picture in detail."}};

constexpr const char* kImageNames[] = {"image", "image_url", "file"};

// The fields that hold an image each, "images", a list of them, and "image_id", one sent before.
std::vector<RequestPart> ReadTaskImages(Fields& fields, Images& images) {
  std::vector<RequestPart> parts;
  const auto take = [&](const Json& value, const std::string& where) {
    // OpenAI's clients wrap addresses: {"url": ...}.
    const Json* text = value.is_object() && value.contains("url") ? &value["url"] : &value;
    if (!text->is_string()) return false;
    parts.push_back(images.FromText(text->get_ref<const std::string&>(), where));
    return true;
  };
  for (const char* name : kImageNames) {
    const Json* value = fields.Any(name);
    if (value != nullptr && !take(*value, fields.PathOf(name))) {
      fields.Refuse(name, "expected an image as a text");
    }
  }
  if (const Json* list = fields.List("images")) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string where = fields.PathOf("images") + "[" + std::to_string(i) + "]";
      if (!take((*list)[i], where)) fields.Refuse("images", "expected images as texts");
    }
  }
  if (const std::string id = fields.Text("image_id", ""); !id.empty()) {
    parts.push_back(images.FromId(id, fields.PathOf("image_id")));
  }
  return parts;
}

std::string LengthPrompt(Fields& fields, const ServerContext& context) {
  const std::string length = fields.Text("length", "normal");
  for (const Length& entry : kLengths) {
    if (length != entry.name) continue;
    return context.engine().info().chat_template.empty() ? "" : entry.prompt;
  }
  fields.Refuse("length", "expected short, normal or long");
  return {};
}

std::string ReadWords(TaskKind kind, Fields& fields, const ServerContext& context) {
  if (kind == TaskKind::kCaption) {
    const std::string length = LengthPrompt(fields, context);
    return fields.Text("prompt", length);
  }
  std::string question = fields.Text("question", fields.Text("prompt", ""));
  if (question.empty()) fields.Refuse("question", "expected some text, found none");
  return question;
}

}  // namespace

std::variant<Ask, ApiError> ReadTask(ServerContext& context, TaskInput input) {
  const auto rules = context.rules();
  Problem problem;
  Fields fields(input.body, "", problem);
  CheckModel(context, fields);
  RefuseUnsupported(fields);
  Ask ask;
  ask.streams = fields.Bool("stream", false);
  ask.shows_progress = fields.Bool("progress", false);
  ask.request.decode = ReadDecodeFields(fields, *rules);
  ask.request.decode.grammar = ReadReplyForm(fields, problem);
  const std::string words = ReadWords(input.kind, fields, context);
  Images images(*rules, problem, {.engine = &context.engine(), .scope = input.scope});
  RequestMessage message = {.role = Role::kUser, .parts = {}};
  for (std::string& file : input.files) {
    message.parts.push_back(images.FromBytes(std::move(file), "image"));
  }
  for (RequestPart& part : ReadTaskImages(fields, images)) message.parts.push_back(std::move(part));
  if (message.parts.empty()) fields.Refuse("image", "expected an image, found none");
  if (!words.empty()) message.parts.push_back({.text = words});
  if (problem) return *std::move(problem);
  ask.request.messages.push_back(std::move(message));
  ask.request.scope = std::move(input.scope);
  ask.request.fetch_ms = images.fetch_ms();
  ask.api_format = MakeTaskApiFormat(input.kind, FactsFor(context, "req", images.shown()));
  return ask;
}

namespace {

void StartTask(ServerContext& context, TaskKind kind, const Request& request,
               const std::shared_ptr<ResponseWriter>& writer) {
  TaskInput input = {.kind = kind, .scope = ScopeOf(request, context.rules()->access)};
  if (const auto boundary = FormBoundary(request.header("content-type"))) {
    auto form = ReadForm(request.body, *boundary);
    if (!form) return writer->Send(OpenAiError(ToApiError(form.error())));
    input.body = std::move(form->fields);
    input.files = std::move(form->files);
  } else {
    auto read = ReadJsonBody(request);
    if (auto* error = std::get_if<ApiError>(&read)) return writer->Send(OpenAiError(*error));
    input.body = std::get<Json>(std::move(read));
  }
  auto ask = ReadTask(context, std::move(input));
  if (auto* error = std::get_if<ApiError>(&ask)) return writer->Send(OpenAiError(*error));
  Answer(context, std::get<Ask>(std::move(ask)), writer);
}

}  // namespace

void StartCaption(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer) {
  StartTask(context, TaskKind::kCaption, request, writer);
}

void StartVqa(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer) {
  StartTask(context, TaskKind::kAnswer, request, writer);
}

}  // namespace edgevlm
