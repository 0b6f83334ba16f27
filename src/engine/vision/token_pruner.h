// Which tokens of an image the decoder reads.
#pragma once

#include <span>
#include <vector>

#include "edgevlm/vision_options.h"

namespace edgevlm {

// What a model's images are like.
struct ImageTokens {
  bool has_vision_encoder = false;
  bool has_scores = false;  // of the vision encoder's places
  int count = 0;            // of one tile, before any are left out
};

// The one place where these options are checked, besides the vision encoder's own limit for
// merged_tokens. Errors: kInvalid, kUnsupported.
MaybeError Validate(const VisionOptions& options, const ImageTokens& tokens);

// Chooses for one model.
class TokenPruner {
 public:
  // REQUIRES: !Validate(options, tokens).
  TokenPruner(const VisionOptions& options, const ImageTokens& tokens);
  // Keeps all.
  TokenPruner() = default;

  int count() const { return count_; }  // that are kept of a tile
  bool keeps_all() const { return count_ == tokens_; }
  bool needs_scores() const { return by_ == KeepBy::kAttention; }

  // Those that are kept of every square; empty if it depends on the image.
  std::span<const int> fixed() const { return fixed_; }

  // The tokens of a tile that are kept, increasing.
  //   scores  of all the vision encoder's places if needs_scores(); those that become one token
  //   count together
  std::vector<int> Choose(std::span<const float> scores) const;

 private:
  int tokens_ = 0;
  int count_ = 0;
  KeepBy by_ = KeepBy::kUniform;
  std::vector<int> fixed_;  // where the image makes no difference
};

}  // namespace edgevlm
