#include "engine/prompt/prompt.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/prompt/token_list.h"

namespace edgevlm {
namespace {

bool SameImage(const std::shared_ptr<const EncodedImage>& a,
               const std::shared_ptr<const EncodedImage>& b) {
  if (a == b || (!a->content.empty() && a->content == b->content)) return true;
  return a->width == b->width && a->embeddings == b->embeddings;
}

// The grid of the piece that starts at this row; empty if there is none.
TokenGrid GridAt(const EncodedImage& image, int row) {
  int first = 0;
  for (const EncodedImage::Piece& piece : image.pieces) {
    if (piece.rows > 0 && first == row) return piece.grid;
    first += piece.rows;
  }
  return {};
}

}  // namespace

void Prompt::Add(std::span<const int> tokens) {
  if (tokens.empty()) return;
  if (parts_.empty() || parts_.back().image != nullptr) parts_.emplace_back();
  Part& last = parts_.back();
  last.tokens.insert(last.tokens.end(), tokens.begin(), tokens.end());
  last.rows = static_cast<int>(last.tokens.size());
  rows_ += static_cast<int>(tokens.size());
}

void Prompt::Add(std::shared_ptr<const EncodedImage> image, int first_row, int rows) {
  CHECK(image != nullptr && 0 <= first_row && 0 <= rows && first_row + rows <= image->tokens);
  if (rows == 0) return;
  const TokenGrid grid = GridAt(*image, first_row);
  parts_.push_back({.image = std::move(image), .first_row = first_row, .rows = rows, .grid = grid});
  rows_ += rows;
}

int Prompt::PrefixRows() const {
  int rows = rows_;
  for (auto part = parts_.rbegin(); part != parts_.rend() && part->image == nullptr; ++part) {
    rows -= part->rows;
  }
  return rows == 0 ? rows_ : rows;
}

bool Prompt::IsKeptWhole(const Part& part) const {
  return keeps_images_whole_ && part.image != nullptr && !part.image->is_sound;
}

int Prompt::WholeRows(int n) const {
  CHECK(0 <= n && n <= rows_);
  int before = 0;
  for (const Part& part : parts_) {
    if (n < before + part.rows) return IsKeptWhole(part) ? before : n;
    before += part.rows;
  }
  return n;
}

std::vector<Input> Prompt::InputsFrom(int first) const {
  CHECK(WholeRows(first) == first);
  std::vector<Input> inputs;
  for (const Part& part : parts_) {
    const int skipped = std::min(first, part.rows);
    first -= skipped;
    if (skipped == part.rows) continue;
    if (part.image == nullptr) {
      inputs.push_back(
          {.tokens = std::span(part.tokens).subspan(static_cast<std::size_t>(skipped))});
    } else {
      const View<const float> values = EmbeddingsOf(*part.image);
      inputs.push_back({.embeddings = values.Rows(part.first_row + skipped, part.rows - skipped),
                        .grid = part.grid,
                        .grid_token = skipped,
                        .is_bidirectional = IsKeptWhole(part)});
    }
  }
  return inputs;
}

int Prompt::RotaryShiftAt(int n) const {
  CHECK(0 <= n && n <= rows_);
  int shift = 0;
  for (const Part& part : parts_) {
    n -= part.rows;
    if (n < 0) break;
    if (!part.grid.empty() && part.rows == part.grid.tokens()) {
      shift += part.grid.extent() - part.rows;
    }
  }
  return shift;
}

std::vector<int> Prompt::Tokens() const {
  std::vector<int> tokens;
  for (const Part& part : parts_) {
    tokens.insert(tokens.end(), part.tokens.begin(), part.tokens.end());
  }
  return tokens;
}

void Prompt::TruncateTo(int n) {
  CHECK(0 <= n && n <= rows_);
  while (rows_ > n) {
    Part& last = parts_.back();
    const int kept = std::max(0, last.rows - (rows_ - n));
    rows_ -= last.rows - kept;
    if (kept == 0) {
      parts_.pop_back();
      continue;
    }
    last.rows = kept;
    if (last.image == nullptr) last.tokens.resize(static_cast<std::size_t>(kept));
  }
}

int Prompt::CommonRows(const Part& a, const Part& b) {
  if ((a.image == nullptr) != (b.image == nullptr)) return 0;
  if (a.image == nullptr) {
    const auto [end, _] = std::ranges::mismatch(a.tokens, b.tokens);
    return static_cast<int>(end - a.tokens.begin());
  }
  if (a.first_row != b.first_row || a.grid != b.grid || !SameImage(a.image, b.image)) return 0;
  return std::min(a.rows, b.rows);
}

int CommonRows(const Prompt& a, const Prompt& b) {
  int rows = 0;
  const std::size_t parts = std::min(a.parts_.size(), b.parts_.size());
  for (std::size_t i = 0; i < parts; ++i) {
    const int common = Prompt::CommonRows(a.parts_[i], b.parts_[i]);
    rows += common;
    if (common < a.parts_[i].rows || common < b.parts_[i].rows) break;
  }
  return rows;
}

}  // namespace edgevlm
