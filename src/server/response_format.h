// The form that a reply must have, as requests say it.
#pragma once

#include <memory>

#include "edgevlm/grammar.h"
#include "server/parse/fields.h"

namespace edgevlm {

// Null for any text. Each API's field is known in all of them:
//   response_format     OpenAI: {"type": "text" | "json_object" | "json_schema", "json_schema":
//                       {"schema"}}; llama.cpp has "schema" beside the type
//   format              Ollama: "json", or a schema
//   json_schema, regex  llama.cpp, SGLang: a schema, a pattern
//   guided_json, guided_regex, guided_choice, structured_outputs {"json", "json_object", "regex",
//                       "choice"}: vLLM
// A schema may come as a text. Of forms there may be one. What can not be kept to (grammar,
// guided_grammar, structural_tag) is a problem: nothing runs without its form.
std::shared_ptr<const Grammar> ReadReplyForm(Fields& fields, Problem& problem);

}  // namespace edgevlm
