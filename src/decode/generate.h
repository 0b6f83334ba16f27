// Generate: the step loop. Choose a token, show its text, add it to the sequence, again.
#pragma once

#include <span>
#include <string>

#include "decode/sequence.h"
#include "edgevlm/decode_options.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// What the loop needs of a model besides its decoder.
struct TextSide {
  const Tokenizer& tokenizer;
  int end_token = 0;  // the model says that it is done
};

struct Generation {
  std::string text;  // all that was streamed
  FinishReason finish_reason = FinishReason::kEndOfText;
  int tokens = 0;  // chosen, the end token included
};

// Goes on from a sequence that holds a prompt.
//   logits  [1, V] of the prompt's last token; overwritten at every step
// Stops at the end token, options.max_tokens, a stop string, a full context, or when on_text says
// so. The last token chosen is not added to the sequence.
// REQUIRES: !Validate(options). Threads: calls on_text in the caller's thread.
Generation Generate(Sequence& sequence, View<float> logits, const TextSide& text_side,
                    const DecodeOptions& options, const OnText& on_text, const Run& run);

}  // namespace edgevlm
