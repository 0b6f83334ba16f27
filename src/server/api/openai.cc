// OpenAI's API: /v1/chat/completions and /v1/models; and /props, which clients of llama.cpp's
// server request.
#include <utility>

#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/chat_api_format.h"
#include "server/api/chat_messages.h"
#include "server/api/embedding_inputs.h"
#include "server/api/endpoints.h"
#include "server/decode_fields.h"
#include "server/image_fields.h"
#include "server/parse/json.h"
#include "server/parse/percents.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/speech/request_sounds.h"
#include "server/tool_request.h"
#include "server/unsupported_fields.h"
#include "video/decoder_program.h"

namespace edgevlm {
namespace {

using nlohmann::json;

json ModelCard(const ServerContext& context, const std::string& name, json inputs) {
  const auto created =
      std::chrono::duration_cast<std::chrono::seconds>(context.start_time().time_since_epoch());
  return {
      {"id", name},
      {"object", "model"},
      {"created", created.count()},
      {"owned_by", "edgevlm"},
      {"aliases", json::array()},
      {"architecture",
       {{"input_modalities", std::move(inputs)}, {"output_modalities", json::array({"text"})}}}};
}

json ModelObject(const ServerContext& context) {
  const ModelInfo& info = context.engine().info();
  json inputs = json::array({"text"});
  if (info.image_size > 0) inputs.push_back("image");
  if (info.image_size > 0 && HasDecoderProgram()) inputs.push_back("video");
  if (!info.sound_projector.empty()) inputs.push_back("audio");
  json card = ModelCard(context, context.model_name(), std::move(inputs));
  card["aliases"] = context.rules()->model_aliases;
  card["max_model_len"] = info.context_tokens;
  card["meta"] = {{"n_ctx", info.context_tokens},
                  {"n_vocab", info.vocabulary_tokens},
                  {"n_embd", info.embedding_length},
                  {"n_params", info.parameters},
                  {"size", info.file_bytes}};
  return card;
}

// The model that transcribes.
json SpeechModelObject(ServerContext& context) {
  return ModelCard(context, context.transcriber_name(), json::array({"audio"}));
}

}  // namespace

void StartChatCompletion(ServerContext& context, Request request,
                         std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OpenAiError(*error));
  const auto rules = context.rules();
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  CheckModel(context, fields);
  const ModelInfo& model = context.engine().info();
  RejectUnsupported(fields, {"n", "logprobs", "top_logprobs", "tools", "tool_choice",
                             TemplateVariablesField(model)});
  Submission submission;
  submission.streams = fields.Bool("stream", false);
  submission.shows_progress = fields.Bool("return_progress", false);
  submission.request.decode = ReadDecodeFields(fields, *rules, context.engine());
  submission.request.decode.alternatives = ReadAlternatives(fields);
  submission.request.replies = ReadReplies(fields);
  const CompletionOptions options = {
      .includes_usage = IncludesUsage(fields, problem),
      .replies = submission.request.replies,
      .has_logprobs = submission.request.decode.alternatives.has_value()};
  submission.request.decode.grammar = ReadResponseFormat(fields, problem);
  submission.request.image_limits = ReadImageLimits(fields);
  const VideoChoice video_choice = ReadVideoFields(fields);
  RequestImages images(*rules, problem);
  RequestSounds sounds(context, problem);
  images.set_sounds(&sounds);
  images.TakeVideos();
  submission.request.messages = ReadChatMessages(fields, images, problem, model.tool_form);
  submission.request.template_inputs.variables = ReadTemplateVariables(fields, model);
  ApplyTools(fields, model, problem, submission);
  if (problem) return writer->Send(OpenAiError(*problem));
  submission.request.scope = ScopeOf(request, rules->access);
  sounds.TranscribeBesideImages(submission.request);
  if (problem) return writer->Send(OpenAiError(*problem));
  submission.request.fetch_ms = images.fetch_ms();
  ReplyMetadata metadata = MakeReplyMetadata(context, "chatcmpl", images.summaries());
  MoveVideos(images, video_choice, submission, metadata);
  submission.origin = OriginOf(request);
  submission.origin.id = metadata.id;
  submission.api_format = MakeChatApiFormat(std::move(metadata), options);
  Answer(context, std::move(submission), std::move(writer));
}

Response ListModels(ServerContext& context, const Request&) {
  json models = json::array({ModelObject(context)});
  if (context.transcripts() != nullptr) models.push_back(SpeechModelObject(context));
  return {.body = ToText({{"object", "list"}, {"data", std::move(models)}})};
}

Response ShowModel(ServerContext& context, const Request& request) {
  constexpr std::string_view kFolder = "/models/";
  const std::size_t begin = request.path.find(kFolder) + kFolder.size();
  const std::string name = DecodePercents(request.path.substr(begin));
  if (context.IsModel(name)) return {.body = ToText(ModelObject(context))};
  if (context.transcripts() != nullptr && name == context.transcriber_name()) {
    return {.body = ToText(SpeechModelObject(context))};
  }
  return OpenAiError(
      {.status = 404,
       .message = "model: expected '" + context.model_name() + "', found another name",
       .param = "model",
       .code = "model_not_found"});
}

Response ShowProperties(ServerContext& context, const Request&) {
  const ModelInfo& info = context.engine().info();
  return {.body = ToText({{"model_alias", context.model_name()},
                          {"default_generation_settings", {{"n_ctx", info.context_tokens}}},
                          {"modalities",
                           {{"vision", info.image_size > 0},
                            {"audio", !info.sound_projector.empty()},
                            {"video", info.image_size > 0 && HasDecoderProgram()}}},
                          // Frigate searches it for the variables that it may set.
                          {"chat_template", info.template_program.empty() ? info.chat_template
                                                                          : info.template_program},
                          {"chat_template_caps", {{"supports_tools", !info.chat_template.empty()}}},
                          {"media_marker", kMediaMarker},
                          {"build_info", "edgevlm " + std::string(Version())}})};
}

}  // namespace edgevlm
