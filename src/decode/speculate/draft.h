// Draft: proposed next tokens of a generation, verified in one pass of its decoder.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tensor/view.h"

namespace edgevlm {

// Cleared and refilled at every step.
struct Draft {
  // The longest. Longer drafts pay off only where text is copied, which a prompt could do as well.
  static constexpr int kMaxTokens = 16;

  std::vector<int> tokens;
  // [tokens, V]: the distribution that each token was drawn from. Empty: all were certain.
  std::vector<float> probabilities;

  // [tokens, D], for a drafter that is part of the decoder: the rows that these tokens were drafted
  // from, after the first `partial_blocks` blocks; their keys and values are in the cache. The
  // other blocks then verify them, and no row follows the last token.
  View<const float> partial = {};
  int partial_blocks = 0;

  void Clear() {
    tokens.clear();
    partial = {};
  }

  int size() const { return static_cast<int>(tokens.size()); }
  // Of token i; empty if it was certain.
  std::span<const float> Probabilities(int i) const {
    if (probabilities.empty()) return {};
    const std::size_t vocabulary = probabilities.size() / kMaxTokens;
    return std::span(probabilities).subspan(static_cast<std::size_t>(i) * vocabulary, vocabulary);
  }
};

}  // namespace edgevlm
