#include "server/tool_request.h"

#include <memory>
#include <utility>

#include "server/tools/read_tools.h"
#include "server/tools/tool_grammar.h"
#include "server/tools/tool_prompt.h"

namespace edgevlm {

void ApplyTools(Fields& fields, const ModelInfo& model, Problem& problem, Submission& submission) {
  ToolUse use = ReadTools(fields, model, problem);
  if (use.tools.empty() || problem) return;
  AddTools(use, model.default_system, submission.request.messages);
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
