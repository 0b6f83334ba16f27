// Token lists with a place for the picture.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "decode/sequence.h"
#include "engine/model.h"

namespace edgevlm {

// What follows the picture in the prompt of a caption. Errors: kUnsupported (the model has no token
// that asks for one).
Result<std::vector<int>> CaptionPrompt(const Model& model);

// What follows the picture in the prompt of a question. Errors: kInvalid (empty, not UTF-8),
// kTooLarge, kUnsupported.
Result<std::vector<int>> QuestionPrompt(const Model& model, std::string_view question);

// A checked token list, cut at the picture's place.
struct TokenList {
  std::vector<Input> inputs;  // views of the list and of the picture
  int rows = 0;               // T, with the picture's P
  int rows_after_image = 0;   // T if there is no picture
};

// tokens: ids in [0, V), kImageToken at most once if `image` is there and not at all otherwise.
// Errors: kInvalid; kTooLarge when it takes more than `room` positions.
Result<TokenList> CutAtImage(const Model& model, std::span<const int> tokens,
                             const EncodedImage* image, int room);

// Whether an encoded image was made for this model. Errors: kInvalid.
MaybeError CheckImage(const Model& model, const EncodedImage& image);

// The embeddings of an image that passed CheckImage: [P, D].
View<const float> EmbeddingsOf(const EncodedImage& image);

}  // namespace edgevlm
