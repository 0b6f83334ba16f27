// POST /caption and /vqa (also /query, as moondream's clients call it): a caption or an answer
// about one image or several.
#include <algorithm>
#include <utility>

#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/chat_messages.h"
#include "server/api/endpoints.h"
#include "server/api/form.h"
#include "server/api/task_api_format.h"
#include "server/decode_fields.h"
#include "server/image_fields.h"
#include "server/parse/multipart.h"
#include "server/request_images.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

// Prompts for models with a chat template; models trained for captions only need none.
struct Length {
  const char* name;
  const char* prompt;
  const char* video_prompt;
};
constexpr Length kLengths[] = {
    {"short", "Describe the picture in one short sentence.",
     "Describe the video in one short sentence."},
    {"normal", "Describe the picture.", "Describe the video."},
    {"long", "Describe the picture in detail.", "Describe the video in detail."}};

constexpr const char* kImageNames[] = {"image", "image_url", "file"};

// Reads the fields that each hold an image, "images", a list, and "image_id", an earlier one.
std::vector<RequestPart> ReadTaskImages(Fields& fields, RequestImages& images) {
  std::vector<RequestPart> parts;
  const auto add = [&](const Json& value, const std::string& where) {
    // OpenAI's clients wrap URLs: {"url": ...}.
    const Json* text = value.is_object() && value.contains("url") ? &value["url"] : &value;
    if (!text->is_string()) return false;
    parts.push_back(images.FromText(text->get_ref<const std::string&>(), where));
    return true;
  };
  for (const char* name : kImageNames) {
    const Json* value = fields.Any(name);
    if (value != nullptr && !add(*value, fields.PathOf(name))) {
      fields.Reject(name, "expected an image as a text");
    }
  }
  if (const Json* list = fields.List("images")) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string where = fields.PathOf("images") + "[" + std::to_string(i) + "]";
      if (!add((*list)[i], where)) fields.Reject("images", "expected images as texts");
    }
  }
  if (const std::string id = fields.Text("image_id", ""); !id.empty()) {
    parts.push_back(images.FromId(id, fields.PathOf("image_id")));
  }
  return parts;
}

std::string LengthPrompt(Fields& fields, const ServerContext& context, bool has_video) {
  const std::string length = fields.Text("length", "normal");
  for (const Length& entry : kLengths) {
    if (length != entry.name) continue;
    return context.engine().info().chat_template.empty() ? ""
           : has_video                                   ? entry.video_prompt
                                                         : entry.prompt;
  }
  fields.Reject("length", "expected short, normal or long");
  return {};
}

std::string ReadPrompt(TaskKind kind, Fields& fields, const ServerContext& context,
                       bool has_video) {
  if (kind == TaskKind::kCaption) {
    const std::string length = LengthPrompt(fields, context, has_video);
    return fields.Text("prompt", length);
  }
  std::string question = fields.Text("question", fields.Text("prompt", ""));
  if (question.empty()) fields.Reject("question", "expected some text, found none");
  return question;
}

}  // namespace

std::variant<Submission, ApiError> ReadTask(ServerContext& context, TaskInput input) {
  const auto rules = context.rules();
  Problem problem;
  Fields fields(input.body, "", problem);
  CheckModel(context, fields);
  RejectUnsupported(fields);
  Submission submission;
  submission.streams = fields.Bool("stream", false);
  submission.shows_progress = fields.Bool("progress", false);
  submission.request.decode = ReadDecodeFields(fields, *rules, context.engine());
  submission.request.decode.with_probability = true;
  submission.request.decode.grammar = ReadResponseFormat(fields, problem);
  submission.request.image_limits = ReadImageLimits(fields);
  const VideoChoice video_choice = ReadVideoFields(fields);
  RequestImages images(*rules, problem,
                       {.engine = &context.engine(),
                        .scope = input.scope,
                        .limits = submission.request.image_limits});
  images.TakeVideos();
  RequestMessage message = {.role = Role::kUser, .parts = {}};
  for (std::string& file : input.files) {
    message.parts.push_back(images.AnyFromBytes(std::move(file), "file"));
  }
  for (RequestPart& part : ReadTaskImages(fields, images)) message.parts.push_back(std::move(part));
  if (fields.has("video") || fields.has("video_url") || fields.has("input_video")) {
    message.parts.push_back(ReadVideo(fields, images));
  }
  if (message.parts.empty()) fields.Reject("image", "expected an image, found none");
  const bool has_video = std::ranges::any_of(
      message.parts, [](const RequestPart& part) { return part.video != nullptr; });
  const std::string prompt = ReadPrompt(input.kind, fields, context, has_video);
  if (!prompt.empty()) message.parts.push_back({.text = prompt});
  if (problem) return *std::move(problem);
  submission.request.messages.push_back(std::move(message));
  submission.request.scope = std::move(input.scope);
  submission.request.fetch_ms = images.fetch_ms();
  ReplyMetadata metadata = MakeReplyMetadata(context, "req", images.summaries());
  MoveVideos(images, video_choice, submission, metadata);
  submission.origin = std::move(input.origin);
  submission.origin.id = metadata.id;
  submission.api_format = MakeTaskApiFormat(input.kind, std::move(metadata));
  return submission;
}

namespace {

void StartTask(ServerContext& context, TaskKind kind, const Request& request,
               const std::shared_ptr<ResponseWriter>& writer) {
  TaskInput input = {.kind = kind,
                     .scope = ScopeOf(request, context.rules()->access),
                     .origin = OriginOf(request)};
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
  auto submission = ReadTask(context, std::move(input));
  if (auto* error = std::get_if<ApiError>(&submission)) return writer->Send(OpenAiError(*error));
  Answer(context, std::get<Submission>(std::move(submission)), writer);
}

}  // namespace

void StartCaption(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer) {
  StartTask(context, TaskKind::kCaption, request, writer);
}

void StartVqa(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer) {
  StartTask(context, TaskKind::kAnswer, request, writer);
}

}  // namespace edgevlm
