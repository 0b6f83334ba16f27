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

// How many replies to generate, of which n are shown. Equal to n unless best_of says more.
int ReadBestOf(Fields& fields, int n, bool streams) {
  const auto best_of = static_cast<int>(fields.Whole("best_of", {n, kMaxReplies}, n));
  // Which ones are the best is known at the end.
  if (best_of > n && streams) {
    fields.Reject("best_of", "expected n or no stream, found a stream", "unsupported");
  }
  return best_of;
}

// The text that comes back in front of each reply.
std::string ReadEcho(Fields& fields, const std::string& prompt, bool has_logprobs) {
  if (!fields.Bool("echo", false)) return {};
  // The probabilities of the prompt's tokens are not computed.
  if (has_logprobs) {
    fields.Reject("echo", "expected false together with logprobs, found true", "unsupported");
  }
  return prompt;
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
  RejectUnsupported(fields, {"n", "best_of", "echo", "logprobs"});
  Submission submission = {
      .request = {}, .streams = fields.Bool("stream", false), .origin = OriginOf(request)};
  const std::string prompt = ReadPrompt(fields);
  const CompletionOptions common = {.includes_usage = IncludesUsage(fields, problem),
                                    .replies = ReadReplies(fields),
                                    .has_logprobs = fields.has("logprobs")};
  TextCompletionOptions options = {
      .common = common, .echo = ReadEcho(fields, prompt, common.has_logprobs), .best = {}};
  submission.request.replies = ReadBestOf(fields, common.replies, submission.streams);
  submission.request.decode = ReadDecodeFields(fields, *rules, context.engine());
  submission.request.decode.grammar = ReadResponseFormat(fields, problem);
  if (common.has_logprobs) submission.request.decode.alternatives = ReadAlternativeCount(fields);
  if (submission.request.replies > common.replies) {
    options.best = common.replies;
    if (!common.has_logprobs) submission.request.decode.alternatives = 0;
  }
  submission.request.messages = {{.role = Role::kUser, .parts = {{.text = prompt}}}};
  if (problem) return writer->Send(OpenAiError(*problem));
  submission.request.scope = ScopeOf(request, rules->access);
  ReplyMetadata metadata = MakeReplyMetadata(context, "cmpl", {});
  submission.origin.id = metadata.id;
  submission.api_format = MakeCompletionsApiFormat(std::move(metadata), options);
  Answer(context, std::move(submission), std::move(writer));
}

}  // namespace edgevlm
