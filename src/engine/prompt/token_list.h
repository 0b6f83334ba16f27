// Token lists that may contain one image.
#pragma once

#include <span>
#include <vector>

#include "decode/input.h"
#include "engine/load/model.h"

namespace edgevlm {

// A checked token list, split at the image's position.
struct TokenList {
  std::vector<Input> inputs;  // views of the list and of the image
  int rows = 0;               // T, including the image's P
  int rows_after_image = 0;   // T if there is no image
};

// tokens: ids in [0, V), kImageToken at most once if `image` is given and not at all otherwise.
// Errors: kInvalid; kTooLarge if it takes more than `capacity` positions.
Result<TokenList> CutAtImage(const Model& model, std::span<const int> tokens,
                             const EncodedImage* image, int capacity);

// Checks that an encoded image was made for this model. Errors: kInvalid.
MaybeError CheckImage(const Model& model, const EncodedImage& image);

// The embeddings of an image that passed CheckImage: [P, D].
View<const float> EmbeddingsOf(const EncodedImage& image);

}  // namespace edgevlm
