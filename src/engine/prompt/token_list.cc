#include "engine/prompt/token_list.h"

#include <string>

namespace edgevlm {
namespace {

Error Invalid(const std::string& expected, const std::string& found) {
  return {ErrorCode::kInvalid, "tokens: expected " + expected + ", found " + found};
}

}  // namespace

MaybeError CheckImage(const Model& model, const EncodedImage& image) {
  const int width = model.info.embedding_length;
  int rows = 0;
  bool sound = image.tokens >= 1 && image.width == width;
  for (const EncodedImage::Piece& piece : image.pieces) {
    sound = sound && 0 <= piece.rows && piece.rows <= image.tokens - rows;
    rows += sound ? piece.rows : 0;
  }
  sound = sound && rows == image.tokens &&
          image.embeddings.size() ==
              static_cast<std::size_t>(rows) * static_cast<std::size_t>(image.width);
  if (sound) return std::nullopt;
  return Error{ErrorCode::kInvalid, "image: expected embeddings of width " + std::to_string(width) +
                                        ", found " + std::to_string(image.tokens) + " x " +
                                        std::to_string(image.width)};
}

View<const float> EmbeddingsOf(const EncodedImage& image) {
  return {image.embeddings.data(), image.tokens, image.width};
}

Result<TokenList> CutAtImage(const Model& model, std::span<const int> tokens,
                             const EncodedImage* image, int capacity) {
  if (tokens.empty()) return Invalid("at least one", "none");
  TokenList list;
  std::size_t begin = 0;  // of the tokens not yet in list.inputs
  const auto cut = [&](std::size_t end) {
    if (end > begin) list.inputs.push_back({.tokens = tokens.subspan(begin, end - begin)});
    begin = end + 1;
  };
  bool has_image = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] == kImageToken) {
      if (image == nullptr) return Invalid("no place for an image, as there is none", "one");
      if (has_image) return Invalid("one place for the image", "several");
      has_image = true;
      cut(i);
      list.inputs.push_back({.embeddings = EmbeddingsOf(*image),
                             .is_bidirectional = model.decoder->shape().bidirectional_images});
    } else if (tokens[i] < 0 || tokens[i] >= model.info.vocabulary_tokens) {
      return Invalid("ids below " + std::to_string(model.info.vocabulary_tokens),
                     std::to_string(tokens[i]));
    }
  }
  const std::size_t after = tokens.size() - begin;
  cut(tokens.size());
  const std::size_t rows =
      tokens.size() + (has_image ? static_cast<std::size_t>(image->tokens) - 1 : 0);
  if (rows > static_cast<std::size_t>(capacity)) {
    return Error{ErrorCode::kTooLarge, "tokens: expected at most " + std::to_string(capacity) +
                                           " positions, found " + std::to_string(rows)};
  }
  list.rows = static_cast<int>(rows);
  list.rows_after_image = static_cast<int>(after);
  return list;
}

}  // namespace edgevlm
