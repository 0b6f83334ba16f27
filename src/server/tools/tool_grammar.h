// The grammar of a reply that calls tools.
#pragma once

#include <memory>

#include "base/result.h"
#include "edgevlm/grammar.h"
#include "server/tools/tool.h"

namespace edgevlm {

// One call of one of the tools, or several if use.is_parallel; their arguments match the schemas of
// the tools. They have the model's form, but ToolForm::kFunctionTags, whose arguments are bare
// texts, becomes kHermes, and calls of kPythonic are JSON between its marks. REQUIRES: there are
// tools. Errors: those of SchemaGrammar.
Result<std::shared_ptr<const Grammar>> CallGrammar(const ToolUse& use);

// What matches one of two grammars.
std::shared_ptr<const Grammar> EitherGrammar(const Grammar& one, const Grammar& other);

}  // namespace edgevlm
