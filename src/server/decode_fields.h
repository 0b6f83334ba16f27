// How tokens are chosen, as requests say it.
#pragma once

#include "edgevlm/decode_options.h"
#include "server/options.h"
#include "server/parse/fields.h"

namespace edgevlm {

// max_tokens, max_completion_tokens, temperature, top_p, top_k, min_p, repetition_penalty, seed and
// stop. What is not there is as `rules` has it.
DecodeOptions ReadDecodeFields(Fields& fields, const ServerRules& rules);

// The same in Ollama's words: num_predict, repeat_penalty; -1 means no limit and no seed.
DecodeOptions ReadOllamaOptions(Fields& fields, const ServerRules& rules);

}  // namespace edgevlm
