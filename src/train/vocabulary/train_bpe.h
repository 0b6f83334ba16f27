// Learns the vocabulary of the built-in model from the texts that it is trained on.
#pragma once

#include <array>
#include <span>
#include <string>

#include "tokenizer/tokenizer.h"

namespace edgevlm::train {

// At the end of the vocabulary, in this order.
inline constexpr std::array<const char*, 5> kSpecialTokens = {
    "<|endoftext|>", "<|image|>", "<|question|>", "<|answer|>", "<|caption|>"};

// A byte-level byte-pair vocabulary (Sennrich et al. 2016): the 256 bytes, then merges, each of the
// pair most frequent inside the texts' words at that time (of equally frequent ones the pair of
// lowest ids), then the special tokens. At most `size` tokens; fewer when no pair occurs twice any
// more. The same texts give the same vocabulary. O(merges * bytes in different words). REQUIRES:
// size >= 256 + the number of special tokens.
Vocabulary TrainBpe(std::span<const std::string> texts, int size);

}  // namespace edgevlm::train
