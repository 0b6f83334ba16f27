// OpenAI's text completions: POST /v1/completions.
#include <utility>

#include "server/answer.h"
#include "server/api/body.h"
#include "server/api/completions_api_format.h"
#include "server/api/endpoints.h"
#include "server/decode_fields.h"
#include "server/parse/json.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

// A text, or a list of one.
std::string ReadPrompt(Fields& fields) {
  const Json* prompt = fields.Any("prompt");
  if (prompt != nullptr && prompt->is_array() && prompt->size() == 1) prompt = &prompt->front();
  if (prompt != nullptr && prompt->is_string()) return prompt->get<std::string>();
  fields.Reject("prompt", "expected a text or a list of one text", "unsupported");
  return {};
}

// Here the number of alternatives itself.
int ReadAlternativeCount(Fields& fields) {
  constexpr std::int64_t kMax = 20;
  return static_cast<int>(fields.Whole("logprobs", {0, kMax}, 0));
}

}  // namespace

// The prompt is a message of the user's in the model's chat template, as for /api/generate.
void StartCompletion(ServerContext& context, Request request,
                     std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(OpenAiError(*error));
  const auto rules = context.rules();
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  CheckModel(context, fields);
  RejectUnsupported(fields, {"n", "logprobs"});
  Submission submission = {
      .request = {}, .streams = fields.Bool("stream", false), .origin = OriginOf(request)};
  const CompletionOptions options = {.includes_usage = IncludesUsage(fields, problem),
                                     .replies = ReadReplies(fields),
                                     .has_logprobs = fields.has("logprobs")};
  submission.request.replies = options.replies;
  submission.request.decode = ReadDecodeFields(fields, *rules, context.engine());
  submission.request.decode.grammar = ReadResponseFormat(fields, problem);
  if (options.has_logprobs) submission.request.decode.alternatives = ReadAlternativeCount(fields);
  submission.request.messages = {{.role = Role::kUser, .parts = {{.text = ReadPrompt(fields)}}}};
  if (problem) return writer->Send(OpenAiError(*problem));
  submission.request.scope = ScopeOf(request, rules->access);
  ReplyMetadata metadata = MakeReplyMetadata(context, "cmpl", {});
  submission.origin.id = metadata.id;
  submission.api_format = MakeCompletionsApiFormat(std::move(metadata), options);
  Answer(context, std::move(submission), std::move(writer));
}

}  // namespace edgevlm
