// POST /tokenize and /v1/chat/completions/input_tokens: how many tokens a text or a request has.
#include "edgevlm/count_tokens.h"
#include "server/api/body.h"
#include "server/api/chat_messages.h"
#include "server/api/endpoints.h"
#include "server/image_fields.h"
#include "server/parse/json.h"
#include "server/tool_request.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_prompt.h"
#include "server/unsupported_fields.h"

namespace edgevlm {

Response Tokenize(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OpenAiError(*error);
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  // The names of llama.cpp and vLLM.
  const std::string text = fields.Text("content", fields.Text("prompt", ""));
  if (!fields.has("content") && !fields.has("prompt")) {
    fields.Reject("content", "expected a text, found none");
  }
  RejectUnsupported(fields);
  if (problem) return OpenAiError(*problem);
  const std::vector<int> tokens = TokenizeText(context.engine(), text);
  return {.body = ToText({{"tokens", tokens}, {"count", tokens.size()}})};
}

Response CountInputTokens(ServerContext& context, const Request& request) {
  const auto body = ReadJsonBody(request);
  if (const auto* error = std::get_if<ApiError>(&body)) return OpenAiError(*error);
  const auto rules = context.rules();
  Problem problem;
  Fields fields(std::get<Json>(body), "", problem);
  CheckModel(context, fields);
  const ModelInfo& model = context.engine().info();
  RejectUnsupported(fields, {"n", "logprobs", "top_logprobs", "tools", "tool_choice",
                             TemplateVariablesField(model)});
  const ImageLimits limits = ReadImageLimits(fields);
  RequestImages images(*rules, problem);
  ReplyRequest counted;
  counted.messages = ReadChatMessages(fields, images, problem, model.tool_form);
  counted.template_inputs.variables = ReadTemplateVariables(fields, model);
  AddTools(ReadTools(fields, model, problem), model.default_system, counted);
  if (problem) return OpenAiError(*problem);
  const Result<int> tokens =
      CountPromptTokens(context.engine(), counted.messages, limits, counted.template_inputs);
  if (!tokens) return OpenAiError(ToApiError(tokens.error()));
  return {.body = ToText({{"object", "response.input_tokens"}, {"input_tokens", *tokens}})};
}

}  // namespace edgevlm
