// DecodeOptions: how the next tokens are chosen and when to stop; what comes out meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/result.h"

namespace edgevlm {

struct Grammar;

// Fields not set keep the defaults below, which are greedy: the same image and question always
// give the same reply. The filters apply in the order of the fields: penalties, temperature, top-k,
// top-p, min-p; then one of the tokens that are left is drawn.
struct DecodeOptions {
  int max_tokens = 64;              // of the reply, at least 1
  float repetition_penalty = 1.0f;  // in (0, 10]; above 1 makes tokens of this reply rarer
                                    // (Keskar et al. 2019, "CTRL")
  float presence_penalty = 0.0f;    // in [-2, 2]: taken off the logit of each token that this reply
                                    // has already (as OpenAI's API defines it)
  float frequency_penalty = 0.0f;   // in [-2, 2]: the same, once for every time the reply has it
  int penalty_window = 0;           // how many of the reply's last tokens the penalties look at; 0:
                                    // all
  float temperature = 0.0f;         // in [0, 100]; 0 means greedy: the likeliest token, always
  int top_k = 0;                    // keep the k likeliest; 0 keeps all
  float top_p = 1.0f;               // in [0, 1]: keep the likeliest until their sum reaches top_p,
                                    // but at least one
                                    // (Holtzman et al. 2019, "nucleus sampling")
  float min_p = 0.0f;               // in [0, 1]: drop what is rarer than min_p times the likeliest
                                    // (Nguyen et al. 2024, "min-p")
  std::optional<std::uint64_t> seed = {};  // of the draws; the same seed draws the same tokens.
                                           // Not given: a new one for each reply (Reply::seed)
  std::vector<std::string> stop =
      {};  // end the reply before any of these; at most 16, UTF-8, not empty
  std::shared_ptr<const Grammar> grammar =
      nullptr;  // the reply fits it (grammar.h); null: any text
};

// Checks every field. Errors: kInvalid, names the field, its range and the value found.
// Call where user input enters; Session does so too.
MaybeError Validate(const DecodeOptions& options);

enum class FinishReason {
  kEndOfText,    // the model said it was done
  kMaxTokens,    // DecodeOptions::max_tokens reached
  kStopString,   // one of DecodeOptions::stop appeared; the text ends before it
  kContextFull,  // no place left in the context
  kCancelled,    // on_text returned false
};

// "end", "length", "stop", "context", "cancelled".
std::string_view FinishReasonName(FinishReason reason);

// Receives the reply while it is made: pieces of whole UTF-8 characters, never empty, in order;
// their concatenation is Reply::text. Return false to stop. Called on the thread that asked.
using OnText = std::function<bool(std::string_view text)>;

}  // namespace edgevlm
