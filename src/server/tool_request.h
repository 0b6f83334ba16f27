// Makes the tools of a request part of its prompt and of what its reply may be.
#pragma once

#include "server/answer.h"
#include "server/parse/fields.h"

namespace edgevlm {

// Reads the tools (ReadTools), adds them to the messages, and constrains the reply where a call is
// required, or where the reply otherwise has a response format. REQUIRES: the request has its
// messages and its grammar.
void ApplyTools(Fields& fields, const ModelInfo& model, Problem& problem, Submission& submission);

}  // namespace edgevlm
