// DecodeOptions: how the next tokens are chosen, when to stop, and how text is streamed.
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

// Makes a token more or less likely: added to its logit.
struct TokenBias {
  int token = 0;   // one that the model does not have changes nothing
  float bias = 0;  // in [-100, 100]; or -infinity: never chosen
};

// Unset fields keep the defaults below, which are greedy: the same image and question always give
// the same reply. The filters apply in the order of the fields: bias, penalties, temperature,
// top-k, top-p, min-p; then one of the remaining tokens is drawn.
struct DecodeOptions {
  int max_tokens = 64;      // of the reply, at least 1
  int min_tokens = 0;       // before so many, no end token is chosen (stop strings and a
                            // grammar may still end the reply)
  bool ignore_end = false;  // the same for the whole reply
  std::vector<TokenBias> logit_bias = {};  // at most 1024
  float repetition_penalty = 1.0f;  // in (0, 10]; above 1 makes tokens of this reply less likely
                                    // (Keskar et al. 2019, "CTRL")
  float presence_penalty = 0.0f;    // in [-2, 2]: subtracted from the logit of each token that this
                                    // reply already has (as OpenAI's API defines it)
  float frequency_penalty = 0.0f;   // in [-2, 2]: the same, once per occurrence in the reply
  int penalty_window = 0;           // how many of the reply's last tokens the penalties apply to;
                                    // 0: all
  float temperature = 0.0f;         // in [0, 100]; 0: greedy, always the most likely token
  int top_k = 0;                    // keep the k most likely; 0 keeps all
  float top_p = 1.0f;               // in [0, 1]: keep the most likely until their sum reaches
                                    // top_p, but at least one
                                    // (Holtzman et al. 2019, "nucleus sampling")
  float min_p = 0.0f;               // in [0, 1]: drop those below min_p times the highest
                                    // probability (Nguyen et al. 2024, "min-p")
  std::optional<std::uint64_t> seed = {};  // of the draws; the same seed draws the same tokens.
                                           // Unset: a new one for each reply (Reply::seed)
  std::vector<std::string> stop =
      {};  // end the reply before any of these; at most 16, UTF-8, not empty
  // Names of control tokens that are part of the reply's text and of what its grammar matches.
  // Other control tokens are not.
  std::vector<std::string> shown_tokens = {};
  std::shared_ptr<const Grammar> grammar =
      nullptr;                           // constrains the reply (grammar.h); null: any text
  bool with_probability = false;         // compute Reply::probability; costs O(V) per token
  std::optional<int> alternatives = {};  // record Reply::token_choices, each with so many of the
                                         // most likely tokens, 0 to 20; costs O(V) and memory per
                                         // token. Unset: they are not recorded
};

// A token and how likely it was.
struct TokenProbability {
  int token = 0;
  std::string text = {};       // its bytes, perhaps a part of a character; of a control token, its
                               // name
  double log_probability = 0;  // under the model's own distribution, before bias, penalties,
                               // temperature, filters and grammar; in nats
};

struct TokenChoice {
  TokenProbability chosen;
  std::vector<TokenProbability> likeliest;  // the most likely first
};

// Checks every field. Errors: kInvalid, names the field, its range and the value found. Call where
// user input enters; Session also does so.
MaybeError Validate(const DecodeOptions& options);

enum class FinishReason {
  kEndOfText,    // the model chose an end token
  kMaxTokens,    // DecodeOptions::max_tokens reached
  kStopString,   // one of DecodeOptions::stop appeared; the text ends before it
  kContextFull,  // the context is full
  kCancelled,    // on_text returned false, or SessionOptions::is_cancelled returned true
};

// "end", "length", "stop", "context", "cancelled".
std::string_view FinishReasonName(FinishReason reason);

// Receives the reply as it is generated: pieces of whole UTF-8 characters, never empty, in order;
// their concatenation is Reply::text. Return false to stop. Called on the thread that requested the
// reply.
using OnText = std::function<bool(std::string_view text)>;

}  // namespace edgevlm
