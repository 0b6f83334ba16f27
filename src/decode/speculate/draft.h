// Draft: tokens that may come next in a generation, to be checked in one pass of its decoder.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tensor/view.h"

namespace edgevlm {

// Cleared and filled again at every step.
struct Draft {
  // The longest. Where checking is worth more, texts are copied, and a prompt would do.
  static constexpr int kMostTokens = 16;

  std::vector<int> tokens;
  // [tokens, V]: the distribution that each token was drawn from. Empty: each was certain.
  std::vector<float> probabilities;

  // [tokens, D], for a drafter that is a part of the decoder: the rows from which these tokens were
  // guessed, after its first `partial_blocks` blocks; their keys and values are in the cache. The
  // others check them then, and no row comes after the last token.
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
    const std::size_t vocabulary = probabilities.size() / kMostTokens;
    return std::span(probabilities).subspan(static_cast<std::size_t>(i) * vocabulary, vocabulary);
  }
};

}  // namespace edgevlm
