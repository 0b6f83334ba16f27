// TokenPruner: selects which tokens of an image the decoder reads.
#pragma once

#include <span>
#include <vector>

#include "edgevlm/vision_options.h"

namespace edgevlm {

// The image tokens of a model.
struct ImageTokens {
  bool has_vision_encoder = false;
  bool has_scores = false;        // of the vision encoder's patches
  bool depends_on_image = false;  // their number is then not known
  bool mixes_features = false;    // each is made from all features of the image
  int count = 0;                  // per tile, before pruning
};

// The only check of these options, besides the vision encoder's own limit for merged_tokens.
// Errors: kInvalid, kUnsupported.
MaybeError Validate(const VisionOptions& options, const ImageTokens& tokens);

// Selects tokens for one model.
class TokenPruner {
 public:
  // REQUIRES: !Validate(options, tokens).
  TokenPruner(const VisionOptions& options, const ImageTokens& tokens);
  // Keeps all tokens.
  TokenPruner() = default;

  int count() const { return count_; }  // kept per tile
  bool keeps_all() const { return count_ == tokens_; }
  bool needs_scores() const { return by_ == KeepBy::kAttention; }

  // The tokens kept of every tile; empty if they depend on the image.
  std::span<const int> fixed() const { return fixed_; }

  // The tokens of a tile to keep, increasing.
  //   scores  of all patches of the vision encoder if needs_scores(); a token's score is the mean
  //           of its patches'
  std::vector<int> Choose(std::span<const float> scores) const;

 private:
  int tokens_ = 0;
  int count_ = 0;
  KeepBy by_ = KeepBy::kUniform;
  std::vector<int> fixed_;  // if they do not depend on the image
};

}  // namespace edgevlm
