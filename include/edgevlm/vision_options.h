// VisionOptions: how much of an image is computed, and how much of it the decoder reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "edgevlm/result.h"

namespace edgevlm {

// By what the tokens of an image that are kept are chosen.
enum class KeepBy {
  kAuto,       // kAttention where the vision encoder has attention, else kUniform
  kAttention,  // those most looked at inside the vision encoder (VisionZip: Yang et al. 2025;
               // FasterVLM: Zhang et al. 2024): by the class token, or where there is none by all
               // others
  kUniform,    // spread evenly over the image
  kRandom,     // drawn, the same for every image: what the others must beat
};

struct VisionOptions {
  // Tokens that every block of a vision transformer merges into others that are like them, which
  // makes the blocks after it cheaper ("Token Merging", Bolya et al. 2023). 0: none. At most as
  // many as leave every block two tokens for each; other vision encoders take 0 only. Projectors
  // that read a grid get every place back, with the value of what it was merged into; the others,
  // and the decoder, get fewer tokens.
  int merged_tokens = 0;
  // Of the tokens of a square of an image, as many go to the decoder, in their order. At least 1,
  // below the number there is (ModelInfo::image_tokens where all go). Not set: all.
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
