// Compare: the same work with one optimization after the other, what each gains and what it costs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "eval/dataset.h"

namespace edgevlm {

// One optimization, as the command line spells it ("--cache q8_0"), or "plain".
struct CompareRow {
  std::string name;
  std::string refusal = {};             // why this model does without it; then the rest is empty
  double first_token_ms = 0;            // image file to the reply's first token, median
  double tokens_per_second = 0;         // of the reply's other tokens, median
  std::int64_t cache_bytes = 0;         // of keys and values at the end of the text (CompareText)
  std::int64_t resident_bytes = 0;      // of the whole process, model included
  std::optional<double> accepted = {};  // share of the drafted tokens that were right
  std::optional<double> early = {};     // share of the tokens that were taken from an early exit
  bool same_reply = false;              // greedy: word for word that of the plain run
  int prompt_tokens = 0;                // of the text, images included
  int followed_tokens = 0;              // of the text, behind the prompt
  // Mean KL(plain || this) of the next token over the followed ones, in nats; none where it is zero
  // by construction (speculation).
  std::optional<double> divergence = {};
  std::optional<double> answers = {};  // share of the labeled questions answered rightly
};

struct CompareWork {
  std::function<Result<Engine>(const EngineOptions&)> load;
  EngineOptions plain;                    // of the plain run
  std::span<const std::byte> image = {};  // of models that read images
  int repetitions = 1;
  int max_tokens = 64;               // of the reply
  const Dataset* labeled = nullptr;  // null: no questions are asked
};

// The plain run first. on_row: called before each row with its name.
// Errors: those of the plain run; what a model refuses later is in its row.
Result<std::vector<CompareRow>> Compare(const CompareWork& work,
                                        const std::function<void(const std::string&)>& on_row);

}  // namespace edgevlm
