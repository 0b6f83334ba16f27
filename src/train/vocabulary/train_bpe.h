// TrainBpe: learns the byte-pair vocabulary of the built-in model from its training texts.
#pragma once

#include <array>
#include <span>
#include <string>

#include "tokenizer/tokenizer.h"

namespace edgevlm::train {

// At the end of the vocabulary, in this order.
inline constexpr std::array<const char*, 5> kSpecialTokens = {
    "<|endoftext|>", "<|image|>", "<|question|>", "<|answer|>", "<|caption|>"};

// A byte-level byte-pair vocabulary (Sennrich et al. 2016): the 256 bytes, then the merges, each of
// the most frequent pair within words at that step (ties: the pair with the lowest ids), then the
// special tokens. At most `size` tokens; fewer if no pair occurs twice any more. Deterministic.
// O(merges * bytes in distinct words). REQUIRES: size >= 256 + the number of special tokens.
Vocabulary TrainBpe(std::span<const std::string> texts, int size);

}  // namespace edgevlm::train
