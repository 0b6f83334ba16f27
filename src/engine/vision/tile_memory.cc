#include "engine/vision/tile_memory.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "base/check.h"

namespace edgevlm {
namespace {

std::span<const float> ValuesOf(View<const float> rows) {
  CHECK(rows.rows > 0 && rows.stride == rows.cols);
  return {rows.data, static_cast<std::size_t>(rows.rows) * static_cast<std::size_t>(rows.cols)};
}

}  // namespace

float NormalizedTolerance(const Preprocessing& preprocessing, double tolerance) {
  constexpr double kMostValue = 255;
  double sum = 0;
  for (const float std : preprocessing.std) sum += std;
  return static_cast<float>(tolerance / kMostValue / (sum / 3));
}

bool TileMemory::IsAlike(const Tile& tile, View<const float> pixels) const {
  const std::span<const float> values = ValuesOf(pixels);
  if (tolerance_ <= 0) return std::ranges::equal(tile.pixels, values);
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += std::abs(tile.pixels[i] - values[i]);
  return sum <= static_cast<double>(tolerance_) * static_cast<double>(values.size());
}

std::vector<bool> TileMemory::Recall(int tiles, View<const float> pixels,
                                     View<float> embeddings) const {
  std::vector<bool> is_new(static_cast<std::size_t>(tiles), true);
  const int cells = pixels.rows / tiles, tokens = embeddings.rows / tiles;
  const std::lock_guard lock(mutex_);
  if (tiles_.size() != is_new.size()) return is_new;
  for (int i = 0; i < tiles; ++i) {
    const Tile& tile = tiles_[static_cast<std::size_t>(i)];
    const View<float> own = embeddings.Rows(i * tokens, tokens);
    const View<const float> shown = pixels.Rows(i * cells, cells);
    const bool fits = tile.pixels.size() == ValuesOf(shown).size() &&
                      tile.embeddings.size() == ValuesOf(own).size();
    if (!fits || !IsAlike(tile, shown)) continue;
    std::ranges::copy(tile.embeddings, own.Row(0).data());
    is_new[static_cast<std::size_t>(i)] = false;
  }
  return is_new;
}

void TileMemory::Keep(const std::vector<bool>& encoded, View<const float> pixels,
                      View<const float> embeddings) {
  const int tiles = static_cast<int>(encoded.size());
  const int cells = pixels.rows / tiles, tokens = embeddings.rows / tiles;
  const std::lock_guard lock(mutex_);
  tiles_.resize(encoded.size());
  for (int i = 0; i < tiles; ++i) {
    if (!encoded[static_cast<std::size_t>(i)]) continue;
    const auto shown = ValuesOf(pixels.Rows(i * cells, cells));
    const auto own = ValuesOf(embeddings.Rows(i * tokens, tokens));
    tiles_[static_cast<std::size_t>(i)] = {.pixels = {shown.begin(), shown.end()},
                                           .embeddings = {own.begin(), own.end()}};
  }
}

}  // namespace edgevlm
