// Makes the tools of a request part of its prompt and of what its reply may be.
#pragma once

#include <string>

#include "server/answer.h"
#include "server/parse/fields.h"

namespace edgevlm {

// "chat_template_kwargs": variables for the model's own template, as a JSON object; empty if there
// are none, or the model has no such template.
std::string ReadTemplateVariables(Fields& fields, const ModelInfo& model);

// The field's name for RejectUnsupported, if ReadTemplateVariables reads it.
constexpr const char* TemplateVariablesField(const ModelInfo& model) {
  return model.template_program.empty() ? "" : "chat_template_kwargs";
}

// Reads the tools (ReadTools), adds them to the messages, and constrains the reply where a call is
// required, or where the reply otherwise has a response format. REQUIRES: the request has its
// messages and its grammar.
void ApplyTools(Fields& fields, const ModelInfo& model, Problem& problem, Submission& submission);

}  // namespace edgevlm
