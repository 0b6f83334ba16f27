// The form that a reply must have, as requests say it.
#pragma once

#include <memory>

#include "edgevlm/grammar.h"
#include "server/parse/fields.h"

namespace edgevlm {

// OpenAI's "response_format": {"type": "text" | "json_object" | "json_schema", "json_schema":
// {"schema"}}. Null for text. What can not be kept to is a problem: nothing runs without its form.
std::shared_ptr<const Grammar> ReadResponseFormat(Fields& fields, Problem& problem);

// Ollama's "format": "json", or a schema.
std::shared_ptr<const Grammar> ReadOllamaFormat(Fields& fields);

}  // namespace edgevlm
