#include "engine/prompt/token_list.h"

#include <algorithm>
#include <array>
#include <string>

namespace edgevlm {
namespace {

Error Invalid(const std::string& expected, const std::string& found) {
  return {ErrorCode::kInvalid, "tokens: expected " + expected + ", found " + found};
}

// Whether the rows are those of the piece's grid, if it has one.
bool FitsGrid(const EncodedImage::Piece& piece, bool may_have_grid) {
  const TokenGrid& grid = piece.grid;
  if (grid == TokenGrid()) return true;
  constexpr int kMaxSide = 1 << 10;
  const bool has_sides = std::ranges::all_of(std::array{grid.frames, grid.rows, grid.cols},
                                             [](int n) { return 1 <= n && n <= kMaxSide; });
  return may_have_grid && has_sides && grid.tokens() == piece.rows && 0 < grid.frame_step &&
         grid.frame_step <= kMaxSide;
}

// One input per tile.
void AddImage(const EncodedImage& image, bool is_bidirectional, std::vector<Input>& inputs) {
  int row = 0;
  for (const EncodedImage::Piece& piece : image.pieces) {
    if (piece.rows == 0) continue;
    inputs.push_back({.embeddings = EmbeddingsOf(image).Rows(row, piece.rows),
                      .grid = piece.grid,
                      .is_bidirectional = is_bidirectional});
    row += piece.rows;
  }
}

}  // namespace

MaybeError CheckImage(const Model& model, const EncodedImage& image) {
  const DecoderShape& decoder = model.decoder->shape();
  const int width = decoder.image_width();
  int rows = 0;
  bool sound = image.tokens >= 1 && image.width == width;
  for (const EncodedImage::Piece& piece : image.pieces) {
    sound = sound && 0 <= piece.rows && piece.rows <= image.tokens - rows &&
            FitsGrid(piece, decoder.has_grid_positions);
    rows += sound ? piece.rows : 0;
  }
  sound = sound && rows == image.tokens &&
          image.embeddings.size() ==
              static_cast<std::size_t>(rows) * static_cast<std::size_t>(image.width);
  if (sound) return std::nullopt;
  return Error{ErrorCode::kInvalid, std::string(image.is_sound ? "sound" : "image") +
                                        ": expected embeddings of width " + std::to_string(width) +
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
      AddImage(*image, model.decoder->shape().bidirectional_images && !image->is_sound,
               list.inputs);
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
