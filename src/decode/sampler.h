// Sampler: from logits to the next token.
#pragma once

#include <random>
#include <span>
#include <vector>

#include "edgevlm/decode_options.h"

namespace edgevlm {

// Chooses tokens as DecodeOptions says. Logits that are not numbers count as the rarest; ties go
// to the lower token id. The same options and logits give the same tokens on every machine.
// Cost: O(V), O(V log V) with top_p below 1. Allocates in the constructor only.
// Threads: one at a time.
class Sampler {
 public:
  // REQUIRES: !Validate(options), vocabulary_tokens >= 1.
  Sampler(const DecodeOptions& options, int vocabulary_tokens);

  // logits [V]. Remembers its choice, for the repetition penalty.
  int Choose(std::span<const float> logits);

 private:
  struct Candidate {
    float logit;
    int token;
    double weight;  // exp((logit - largest) / temperature)
  };

  float Penalized(std::span<const float> logits, int token) const;
  int ChooseGreedily(std::span<const float> logits) const;
  int Draw(std::span<const float> logits);
  void SortLikeliest(int count);
  void KeepNucleus();
  void DropRare();

  float repetition_penalty_;
  float temperature_;
  int top_k_;
  float top_p_;
  float min_p_;
  std::mt19937_64 random_;
  std::vector<char> is_seen_;  // [V]
  std::vector<Candidate> candidates_;
};

}  // namespace edgevlm
