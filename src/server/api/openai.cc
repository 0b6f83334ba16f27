// OpenAI's API: /v1/chat/completions and /v1/models; and /props, which clients of llama.cpp's
// server request.
#include <utility>

#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/chat_api_format.h"
#include "server/api/chat_messages.h"
#include "server/api/endpoints.h"
#include "server/decode_fields.h"
#include "server/image_fields.h"
#include "server/parse/json.h"
#include "server/parse/percents.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

using nlohmann::json;

json ModelObject(const ServerContext& context) {
  const ModelInfo& info = context.engine().info();
  json inputs = json::array({"text"});
  if (info.image_size > 0) inputs.push_back("image");
  const auto created =
      std::chrono::duration_cast<std::chrono::seconds>(context.start_time().time_since_epoch());
  return {{"id", context.model_name()},
          {"object", "model"},
          {"created", created.count()},
          {"owned_by", "edgevlm"},
          {"aliases", context.rules()->model_aliases},
          {"architecture",
           {{"input_modalities", inputs}, {"output_modalities", json::array({"text"})}}},
          {"max_model_len", info.context_tokens},
          {"meta",
           {{"n_ctx", info.context_tokens},
            {"n_vocab", info.vocabulary_tokens},
            {"n_embd", info.embedding_length},
            {"n_params", info.parameters},
            {"size", info.file_bytes}}}};
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
  RejectUnsupported(fields);
  Submission submission;
  submission.streams = fields.Bool("stream", false);
  submission.shows_progress = fields.Bool("return_progress", false);
  const bool includes_usage = IncludesUsage(fields, problem);
  submission.request.decode = ReadDecodeFields(fields, *rules);
  submission.request.decode.grammar = ReadResponseFormat(fields, problem);
  submission.request.image_limits = ReadImageLimits(fields);
  RequestImages images(*rules, problem);
  submission.request.messages = ReadChatMessages(fields, images, problem);
  if (problem) return writer->Send(OpenAiError(*problem));
  submission.request.scope = ScopeOf(request, rules->access);
  submission.request.fetch_ms = images.fetch_ms();
  ReplyMetadata metadata = MakeReplyMetadata(context, "chatcmpl", images.summaries());
  submission.origin = OriginOf(request);
  submission.origin.id = metadata.id;
  submission.api_format = MakeChatApiFormat(std::move(metadata), includes_usage);
  Answer(context, std::move(submission), std::move(writer));
}

Response ListModels(ServerContext& context, const Request&) {
  return {.body = ToText({{"object", "list"}, {"data", json::array({ModelObject(context)})}})};
}

Response ShowModel(ServerContext& context, const Request& request) {
  constexpr std::string_view kFolder = "/models/";
  const std::size_t begin = request.path.find(kFolder) + kFolder.size();
  if (context.IsModel(DecodePercents(request.path.substr(begin))))
    return {.body = ToText(ModelObject(context))};
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
                           {{"vision", info.image_size > 0}, {"audio", false}, {"video", false}}},
                          {"chat_template", info.chat_template},
                          {"chat_template_caps", json::object()},
                          {"media_marker", "<__media__>"},
                          {"build_info", "edgevlm " + std::string(Version())}})};
}

}  // namespace edgevlm
