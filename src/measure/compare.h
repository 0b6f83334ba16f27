// Compare: runs the same work with each optimization and measures its gains and costs.
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
  std::string refusal = {};             // why this model cannot use it; then the rest is empty
  double first_token_ms = 0;            // image file to the reply's first token, median
  double tokens_per_second = 0;         // of the reply's other tokens, median
  std::int64_t cache_bytes = 0;         // KV cache at the end of the text (CompareText)
  std::int64_t resident_bytes = 0;      // of the whole process, model included
  std::optional<double> accepted = {};  // fraction of drafted tokens that were accepted
  std::optional<double> early = {};     // fraction of tokens from an early exit
  bool same_reply = false;              // greedy: identical to that of the plain run
  int prompt_tokens = 0;                // of the text, images included
  int followed_tokens = 0;              // of the text, after the prompt
  // Mean KL(plain || this) of the next token over the followed ones, in nats; none where it is zero
  // by construction (speculation).
  std::optional<double> divergence = {};
  std::optional<double> answers = {};  // fraction of labeled questions answered correctly
};

struct CompareWork {
  std::function<Result<Engine>(const EngineOptions&)> load;
  EngineOptions plain;                    // of the plain run
  std::span<const std::byte> image = {};  // for models that read images
  int repetitions = 1;
  int max_tokens = 64;               // of the reply
  const Dataset* labeled = nullptr;  // null: no questions are asked
};

// The plain run comes first. on_row: called before each row with its name. Errors: those of the
// plain run; failures of later runs are in their rows.
Result<std::vector<CompareRow>> Compare(const CompareWork& work,
                                        const std::function<void(const std::string&)>& on_row);

}  // namespace edgevlm
