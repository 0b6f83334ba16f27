// Reads the sampling parameters of a request.
#pragma once

#include <optional>

#include "edgevlm/decode_options.h"
#include "edgevlm/scheduler.h"
#include "server/options.h"
#include "server/parse/fields.h"

namespace edgevlm {

// max_tokens, max_completion_tokens or max_output_tokens (-1: no limit; never more than
// limits.reply_tokens), temperature, top_p, top_k (-1: all), min_p, repetition_penalty or
// repeat_penalty, presence_penalty, frequency_penalty, repeat_last_n (tokens that the penalties
// look at; 0: none, -1: all of the reply), seed (-1: none) and stop or stop_sequences. Missing ones
// default to rules.decode. Also min_tokens, ignore_eos and logit_bias: {"id or text": bias} or [[id
// or text, bias]], where a text stands for each of its tokens, and the bias false for "never".
// engine: for its tokens.
DecodeOptions ReadDecodeFields(Fields& fields, const ServerRules& rules, const Engine& engine);

// The same from Ollama's options, where num_predict is max_tokens.
DecodeOptions ReadOllamaOptions(Fields& fields, const ServerRules& rules, const Engine& engine);

// DecodeOptions::alternatives, by logprobs (whether there are any) and top_logprobs.
std::optional<int> ReadAlternatives(Fields& fields);

// How many replies are requested: n, up to kMaxReplies.
int ReadReplies(Fields& fields);

// Whether a stream is to report its usage (stream_options.include_usage).
bool IncludesUsage(Fields& fields, Problem& problem);

}  // namespace edgevlm
