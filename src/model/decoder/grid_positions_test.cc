#include "model/decoder/grid_positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gguf/writer.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<int> PositionsOf(const TokenGrid& grid, int first, int rows) {
  std::vector<float> embeddings(static_cast<std::size_t>(rows));
  return GridPositions({.first_position = 20 + first,
                        .embeddings = {embeddings.data(), rows, 1},
                        .rotary_shift = -10,
                        .grid = grid,
                        .grid_token = first});
}

// The grid starts at position 20 - 10: time, row and column of each token.
TEST(GridPositions, CountRowsAndColumns) {
  EXPECT_THAT(PositionsOf({.rows = 2, .cols = 3}, 0, 6),
              ElementsAre(10, 10, 10, 10, 10, 11, 10, 10, 12, 10, 11, 10, 10, 11, 11, 10, 11, 12));
}

TEST(GridPositions, OfAPartAreThoseOfTheWhole) {
  EXPECT_THAT(PositionsOf({.rows = 2, .cols = 3}, 4, 2), ElementsAre(10, 11, 11, 10, 11, 12));
}

// At 2.5 positions a frame, as Qwen2.5-VL counts them for frames 1.25 seconds apart.
TEST(GridPositions, OfAVideoCountFrames) {
  const TokenGrid video = {.frames = 3, .rows = 1, .cols = 2, .frame_step = 2.5};
  EXPECT_THAT(PositionsOf(video, 0, 6),
              ElementsAre(10, 10, 10, 10, 10, 11, 12, 10, 10, 12, 10, 11, 15, 10, 10, 15, 10, 11));
  EXPECT_EQ(video.tokens(), 6);
  EXPECT_EQ(video.extent(), 6);
  EXPECT_EQ((TokenGrid{.frames = 2, .rows = 4, .cols = 3}).extent(), 4);
}

// The axes that a file with these sections has for 7 pairs, or its error.
struct ReadAxes {
  ReadAxes(const std::vector<std::int32_t>& sections, AxisOrder order) {
    GgufWriter writer;
    writer.Add("qwen2vl.rope.dimension_sections", sections);
    const std::vector<std::byte> bytes = *writer.ToBytes();
    const auto file = GgufFile::Parse(bytes);
    CHECK(file.ok());
    WeightReader reader(*file);
    axes = ReadRotaryAxes(reader, "qwen2vl", 7, order);
    if (!reader.ok()) error = reader.error().message;
  }
  RotaryAxes axes;
  std::string error;
};

TEST(RotaryAxes, ComeInRunsOrTakeTurns) {
  EXPECT_THAT(ReadAxes({2, 4, 1, 0}, AxisOrder::kRuns).axes, ElementsAre(0, 0, 1, 1, 1, 1, 2));
  EXPECT_THAT(ReadAxes({3, 2, 2, 0}, AxisOrder::kInterleaved).axes,
              ElementsAre(0, 1, 2, 0, 1, 2, 0));
  // Turns of an axis that has all its pairs are those of time.
  EXPECT_THAT(ReadAxes({5, 1, 1, 0}, AxisOrder::kInterleaved).axes,
              ElementsAre(0, 1, 2, 0, 0, 0, 0));
}

TEST(RotaryAxes, MustAddUp) {
  for (const std::vector<std::int32_t>& sections :
       {std::vector<std::int32_t>{2, 4, 2, 0}, {2, 4, 0, 1}, {7, 0, 0}, {8, 0, -1, 0}}) {
    EXPECT_THAT(ReadAxes(sections, AxisOrder::kRuns).error,
                HasSubstr("'qwen2vl.rope.dimension_sections': expected"));
  }
}

}  // namespace
}  // namespace edgevlm
