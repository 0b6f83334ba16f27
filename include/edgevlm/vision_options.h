// VisionOptions: how many tokens of an image the vision encoder computes and the decoder reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "edgevlm/result.h"

namespace edgevlm {

// How the image tokens to keep are chosen.
enum class KeepBy {
  kAuto,       // kAttention where the vision encoder has attention, else kUniform
  kAttention,  // those that receive the most attention inside the vision encoder (VisionZip: Yang
               // et al. 2025; FasterVLM: Zhang et al. 2024): from the class token, or where there
               // is none from all others
  kUniform,    // spread evenly over the image
  kRandom,     // random, the same for every image: a baseline
};

struct VisionOptions {
  // Tokens that every block of a vision transformer merges into similar ones, which makes the
  // following blocks cheaper ("Token Merging", Bolya et al. 2023). 0: none. At most as many as
  // leave every block two tokens for each; other vision encoders accept 0 only. Projectors that
  // read a grid get all patches back, each with the value of the token it was merged into; the
  // others, and the decoder, get fewer tokens.
  int merged_tokens = 0;
  // How many tokens of an image tile go to the decoder, in their order. At least 1, below the
  // number there is (ModelInfo::image_tokens when all go). Not set: all.
  std::optional<int> keep_tokens = std::nullopt;
  KeepBy keep_by = KeepBy::kAuto;
  std::uint64_t keep_seed = 0;  // of kRandom

  bool operator==(const VisionOptions&) const = default;
};

// "auto", "attention", "uniform", "random".
std::string_view KeepByName(KeepBy keep_by);

// Reads "N" or "N:HOW", HOW being one of the names, into keep_tokens and keep_by. Errors: kInvalid.
MaybeError ReadKeepTokens(std::string_view text, VisionOptions& options);

}  // namespace edgevlm
