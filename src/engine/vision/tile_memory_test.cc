#include "engine/vision/tile_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/golden_files.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

// Two tiles of two cells, with one token of width 2 each.
class TileMemoryTest : public testing::Test {
 protected:
  std::vector<bool> Recall(const TileMemory& memory) {
    return memory.Recall(2, {pixels_.data(), 4, 3}, {embeddings_.data(), 2, 2});
  }
  void Keep(TileMemory& memory, const std::vector<bool>& encoded) {
    memory.Keep(encoded, {pixels_.data(), 4, 3}, {embeddings_.data(), 2, 2});
  }

  std::vector<float> pixels_ = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  std::vector<float> embeddings_ = {1, 2, 3, 4};
};

TEST_F(TileMemoryTest, EqualTilesKeepTheirEmbeddings) {
  TileMemory memory(0);
  EXPECT_THAT(Recall(memory), ElementsAre(true, true)) << "nothing is kept yet";
  Keep(memory, {true, true});
  pixels_[11] += 1e-3F;
  embeddings_ = {0, 0, 0, 0};
  EXPECT_THAT(Recall(memory), ElementsAre(false, true));
  EXPECT_THAT(embeddings_, ElementsAre(1, 2, 0, 0));
  // Another number of tiles has other places.
  EXPECT_THAT(memory.Recall(1, {pixels_.data(), 2, 3}, {embeddings_.data(), 1, 2}),
              ElementsAre(true));
}

TEST_F(TileMemoryTest, SmallChangesAddUp) {
  TileMemory memory(0.1F);
  Keep(memory, {true, true});
  const auto brighten = [&] {
    for (float& value : pixels_) value += 0.06F;
    return Recall(memory);
  };
  const std::vector<bool> first = brighten();
  EXPECT_THAT(first, ElementsAre(false, false));
  Keep(memory, first);
  EXPECT_THAT(brighten(), ElementsAre(true, true)) << "compared with what was encoded";
}

TEST_F(TileMemoryTest, AToleranceIsOfEightBits) {
  Preprocessing preprocessing;
  preprocessing.std = {0.25F, 0.5F, 0.75F};
  EXPECT_FLOAT_EQ(NormalizedTolerance(preprocessing, 5.1), 0.04F);
  EXPECT_EQ(NormalizedTolerance(preprocessing, 0), 0);
}

Engine InternVl(std::optional<double> tolerance) {
  auto engine = Engine::Load(GoldenPath("families/internvl-text.gguf"),
                             {.threads = 2,
                              .mmproj = GoldenPath("families/internvl-mmproj.gguf"),
                              .tile_tolerance = tolerance});
  CHECK(engine.ok());
  return *std::move(engine);
}

TEST(TileMemory, ChangesNoResultWithoutATolerance) {
  const Engine plain = InternVl(std::nullopt), exact = InternVl(0), loose = InternVl(255);
  // Two tiles, and the whole image.
  const int side = plain.info().image_size;
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(2 * side * side * 3));
  for (std::size_t i = 0; i < rgb.size(); ++i) rgb[i] = static_cast<std::uint8_t>(i * 31 % 251);
  const PixelsView pixels = {2 * side, side, rgb};
  const auto first = plain.EncodeImage(pixels);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_EQ(first->tokens, 3 * plain.info().image_tokens);
  EXPECT_EQ(exact.EncodeImage(pixels)->embeddings, first->embeddings);
  EXPECT_EQ(loose.EncodeImage(pixels)->embeddings, first->embeddings);
  // A corner changes.
  for (std::size_t i = 0; i < 30; ++i) rgb[i] ^= 0xff;
  const auto second = plain.EncodeImage(pixels);
  EXPECT_NE(second->embeddings, first->embeddings);
  EXPECT_EQ(exact.EncodeImage(pixels)->embeddings, second->embeddings);
  EXPECT_EQ(loose.EncodeImage(pixels)->embeddings, first->embeddings);
}

}  // namespace
}  // namespace edgevlm
