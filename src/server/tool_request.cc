#include "server/tool_request.h"

#include <memory>
#include <utility>

#include "server/tools/call_parser.h"
#include "server/tools/read_tools.h"
#include "server/tools/tool_grammar.h"
#include "server/tools/tool_prompt.h"

namespace edgevlm {

std::string ReadTemplateVariables(Fields& fields, const ModelInfo& model) {
  if (model.template_program.empty()) return {};
  const Json* variables = fields.Object("chat_template_kwargs");
  return variables == nullptr || variables->empty() ? std::string() : ToText(*variables);
}

void ApplyTools(Fields& fields, const ModelInfo& model, Problem& problem, Submission& submission) {
  ToolUse use = ReadTools(fields, model, problem);
  if (use.tools.empty() || problem) return;
  AddTools(use, model.default_system, submission.request);
  submission.request.decode.shown_tokens = ShownTokensOf(use.form);
  std::shared_ptr<const Grammar>& grammar = submission.request.decode.grammar;
  if (use.is_required && grammar != nullptr) {
    fields.Reject("tool_choice", "expected no response format where a call is required");
  }
  if (use.is_required || grammar != nullptr) {
    const auto calls = CallGrammar(use);
    if (!calls) return fields.Reject("tools", calls.error().message, "unsupported_schema");
    grammar = grammar == nullptr ? *calls : EitherGrammar(*grammar, **calls);
  }
  submission.tools = std::move(use);
}

}  // namespace edgevlm
