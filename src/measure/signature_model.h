// The model of the output signature.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

namespace edgevlm {

// With this seed, the model generates distinct tokens, each far ahead of the next one.
inline constexpr unsigned kSignatureSeed = 1368;

// A llama file of one block, width 256 and 64 tokens. Its matrices have the formats of real files,
// including each kind of block.
std::vector<std::byte> SignatureModel(unsigned seed);

// Multiples of 1 / 128 from -1/8 to 1/8, all equally likely; the same with every standard library,
// unlike its distributions.
std::vector<float> ExactValues(std::size_t count, std::mt19937& random);

}  // namespace edgevlm
