// Reads the response format of a request: the grammar that constrains its reply.
#pragma once

#include <memory>

#include "edgevlm/grammar.h"
#include "server/parse/fields.h"

namespace edgevlm {

// Null for free text. The field of each API is accepted in all of them:
//   response_format     OpenAI: {"type": "text" | "json_object" | "json_schema", "json_schema":
//                       {"schema"}}; llama.cpp has "schema" beside the type
//   format              Ollama: "json", or a schema
//   json_schema, regex  llama.cpp, SGLang: a schema, a pattern
//   guided_json, guided_regex, guided_choice, structured_outputs {"json", "json_object", "regex",
//                       "choice"}: vLLM
//   grammar             llama.cpp: GBNF; also guided_grammar and structured_outputs.grammar
// A schema may be given as a string. At most one format is allowed. Formats that cannot be enforced
// (ebnf, structural_tag) are a problem: they are rejected, not ignored.
std::shared_ptr<const Grammar> ReadResponseFormat(Fields& fields, Problem& problem);

// That of `text` in OpenAI's Responses API, or of `output_config` in Anthropic's: {"format":
// {"type", "schema"}}.
std::shared_ptr<const Grammar> ReadFlatFormat(Fields& fields, Problem& problem);

}  // namespace edgevlm
