// ReferenceText: what a model predicts along a text, to compare variants of it with.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "measure/compare_text.h"

namespace edgevlm {

struct ReferenceText {
  CompareText text;                        // the reply is never empty
  std::vector<std::vector<float>> logits;  // [V] for each token of the reply
};

// Encodes the image for FollowText; null for no bytes and for a model that reads none. Errors:
// those of EncodeImage.
Result<std::shared_ptr<const EncodedImage>> EncodeForText(const Engine& engine,
                                                          std::span<const std::byte> image);

// Follows the text, or the model's own greedy reply where it has none. Errors: those of FollowText.
// Memory: 4 bytes * the reply's tokens * V.
Result<ReferenceText> MakeReferenceText(const Engine& engine, const CompareText& text,
                                        std::shared_ptr<const EncodedImage> image);

// Means over the reply's tokens.
struct TextFidelity {
  double divergence = 0;   // KL(reference || measured) of the next token, in nats
  double same_tokens = 0;  // fraction of rows with the same most likely token
  int prompt_tokens = 0;   // images included
  int followed_tokens = 0;
  std::int64_t cache_bytes = 0;  // at the end
};

// Errors: those of FollowText. REQUIRES: an engine with the reference's vocabulary.
Result<TextFidelity> CompareWithReference(const Engine& engine, const ReferenceText& reference,
                                          std::shared_ptr<const EncodedImage> image);

}  // namespace edgevlm
