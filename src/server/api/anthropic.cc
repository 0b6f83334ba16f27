// Anthropic's API: /v1/messages.
#include <utility>

#include "edgevlm/count_tokens.h"
#include "server/answer.h"
#include "server/api/anthropic_api_format.h"
#include "server/api/anthropic_messages.h"
#include "server/api/body.h"
#include "server/api/endpoints.h"
#include "server/decode_fields.h"
#include "server/image_fields.h"
#include "server/parse/json.h"
#include "server/response_format.h"
#include "server/security.h"
#include "server/tool_request.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_prompt.h"
#include "server/unsupported_fields.h"

namespace edgevlm {
namespace {

// The parts of a request that its tokens depend on. `body` must outlive it.
struct AnthropicRequest {
  AnthropicRequest(ServerContext& context, const Json& body)
      : rules(context.rules()),
        model(context.engine().info()),
        fields(body, "", problem),
        images(*rules, problem) {
    CheckModel(context, fields);
    RejectUnsupported(fields, {"tools", "tool_choice"});
    for (const char* name : {"container", "mcp_servers", "context_management"}) {
      const Json* value = fields.Any(name);
      if (value == nullptr || value->empty()) continue;
      fields.Reject(name, "not supported by this server", "unsupported");
    }
    reply.image_limits = ReadImageLimits(fields);
    reply.messages = ReadAnthropicMessages(fields, images, problem, model.tool_form);
  }

  const std::shared_ptr<const ServerRules> rules;
  const ModelInfo& model;
  Problem problem;
  Fields fields;
  RequestImages images;
  ReplyRequest reply;
};

}  // namespace

void StartMessage(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return writer->Send(AnthropicError(*error));
  AnthropicRequest parsed(context, std::get<Json>(body));
  Fields& fields = parsed.fields;
  Submission submission = {.request = std::move(parsed.reply),
                           .framing = Framing::kNamed,
                           .streams = fields.Bool("stream", false),
                           .origin = OriginOf(request)};
  DecodeOptions& decode = submission.request.decode =
      ReadDecodeFields(fields, *parsed.rules, context.engine());
  decode.grammar = ReadResponseFormat(fields, parsed.problem);
  if (const Json* config = fields.Object("output_config")) {
    Fields inner(*config, "output_config", parsed.problem);
    auto form = ReadFlatFormat(inner, parsed.problem);
    if (form != nullptr) decode.grammar = std::move(form);
  }
  ApplyTools(fields, parsed.model, parsed.problem, submission);
  if (parsed.problem) return writer->Send(AnthropicError(*parsed.problem));
  submission.request.scope = ScopeOf(request, parsed.rules->access);
  submission.request.fetch_ms = parsed.images.fetch_ms();
  ReplyMetadata metadata = MakeReplyMetadata(context, "msg", parsed.images.summaries());
  submission.origin.id = metadata.id;
  submission.api_format = MakeAnthropicApiFormat(std::move(metadata), decode.stop);
  Answer(context, std::move(submission), std::move(writer));
}

Response CountMessageTokens(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return AnthropicError(*error);
  AnthropicRequest parsed(context, std::get<Json>(body));
  AddTools(ReadTools(parsed.fields, parsed.model, parsed.problem), parsed.model.default_system,
           parsed.reply);
  if (parsed.problem) return AnthropicError(*parsed.problem);
  const Result<int> tokens =
      CountPromptTokens(context.engine(), parsed.reply.messages, parsed.reply.image_limits,
                        parsed.reply.template_inputs);
  if (!tokens) return AnthropicError(ToApiError(tokens.error()));
  return {.body = ToText({{"input_tokens", *tokens}})};
}

}  // namespace edgevlm
