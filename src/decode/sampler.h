// Sampler: chooses the next token from logits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "edgevlm/decode_options.h"

namespace edgevlm {

// Chooses tokens as DecodeOptions specify. NaN logits count as the least likely; ties go to the
// lower token id. The same options, seed and logits give the same tokens on every machine.
// Cost: O(V), O(V log V) with top_p below 1. Allocates in the constructor only.
// Threads: one at a time.
class Sampler {
 public:
  // REQUIRES: !Validate(options), vocabulary_tokens >= 1.
  Sampler(const DecodeOptions& options, int vocabulary_tokens);

  bool is_greedy() const { return temperature_ <= 0; }

  // The seed of the draws: the one given, or a new one of 32 bits. None if is_greedy().
  std::optional<std::uint64_t> seed() const { return seed_; }

  // logits [V]. Records its choice, for the penalties.
  int Choose(std::span<const float> logits);

  // For speculation (Leviathan et al. 2023, "Fast Inference from Transformers via Speculative
  // Decoding").
  //
  // Draft chooses a token from the logits of another model in the same way. It stays in the history
  // until ForgetDraft, so that penalties apply to the tokens drafted next.
  //   probabilities  [V]: the distribution that the token was drawn from; empty if is_greedy()
  int Draft(std::span<const float> logits, std::span<float> probabilities);
  void ForgetDraft();

  // Choose, given a token drawn from `probabilities`: accepts it as often as possible, else draws
  // from the remaining distribution. The result has the distribution of Choose, and equals the
  // drafted token if and only if that is accepted.
  //   probabilities  [V], as Draft gave it; empty: the draft was certain. Then the result is the
  //                  token that Choose would choose.
  int Verify(std::span<const float> logits, int drafted, std::span<const float> probabilities);

 private:
  struct Candidate {
    float logit;
    int token;
    double weight;  // exp((logit - largest) / temperature)
  };

  float Penalized(std::span<const float> logits, int token) const;
  int ChooseGreedily(std::span<const float> logits) const;
  void Filter(std::span<const float> logits);
  double SumOfWeights() const;
  double DrawUniform();
  int DrawCandidate();
  bool Accepts(int drafted, double probability);
  void LeaveRemainder(std::span<const float> probabilities);
  int Remember(int token);
  void ForgetLast();
  const int* LeftBehind() const;
  void SortLikeliest(int count, int sorted = 0);
  void KeepNucleus();
  void DropRare();

  float repetition_penalty_;
  float presence_penalty_;
  float frequency_penalty_;
  std::size_t penalty_window_;
  float temperature_;
  int top_k_;
  float top_p_;
  float min_p_;
  std::optional<std::uint64_t> seed_;
  std::mt19937_64 random_;
  std::vector<int> history_;  // chosen tokens, then drafted ones
  int drafted_ = 0;           // of the history
  std::vector<int> counts_;   // [V]: occurrences of each token in the penalties' window
  std::vector<Candidate> candidates_;
};

}  // namespace edgevlm
