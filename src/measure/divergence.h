// Divergence: how far one distribution of the next token is from another.
#pragma once

#include <span>
#include <vector>

namespace edgevlm {

// Two rows of logits [V], compared.
struct RowComparison {
  double divergence = 0;           // KL(reference || measured) in nats, at least 0
  bool same_token = false;         // the most likely token is the same
  double reference_surprisal = 0;  // -log of the probability of the text's next token, in nats
  double measured_surprisal = 0;
};

// KL(p || q) = sum_token p log(p / q) in nats, for p = softmax(of_p) and q = softmax(of_q). Summed
// in double; 0 for equal logits. REQUIRES: both have V >= 1 values.
double Divergence(std::span<const float> of_p, std::span<const float> of_q);

// next: the token that follows in the text. REQUIRES: as for Divergence; 0 <= next < V.
RowComparison CompareRows(std::span<const float> reference, std::span<const float> measured,
                          int next);

// What many rows have in common.
struct DivergenceSummary {
  double mean = 0;        // of the divergence, in nats
  double p99 = 0;         // its 99th percentile, interpolated between the two nearest rows
  double same_token = 0;  // fraction of rows
  double perplexity = 0;  // exp of the mean surprisal
  double reference_perplexity = 0;
};

// REQUIRES: rows is not empty.
DivergenceSummary Summarize(std::span<const RowComparison> rows);

}  // namespace edgevlm
