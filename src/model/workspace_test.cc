#include "model/workspace.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace edgevlm {
namespace {

TEST(Workspace, MatricesDoNotOverlapAndAreAligned) {
  Workspace workspace;
  const View<float> a = workspace.Alloc(3, 5);
  const View<float> b = workspace.Alloc(1, 1);
  const View<float> c = workspace.Alloc(1000, 1000);  // larger than a block
  for (const View<float>& view : {a, b, c}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(view.data) % 64, 0u);
    for (int r = 0; r < view.rows; ++r) {
      for (float& value : view.Row(r)) value = static_cast<float>(view.cols);
    }
  }
  EXPECT_EQ(a.Row(2)[4], 5);
  EXPECT_EQ(b.Row(0)[0], 1);
}

TEST(Workspace, SpreadRowsDoNotLieAMultipleOf2KiBApart) {
  Workspace workspace;
  for (const int cols : {1, 511, 512, 513, 1024, 4096}) {
    const View<float> a = workspace.AllocSpread(3, cols);
    const View<float> b = workspace.AllocSpread(2, cols);
    EXPECT_EQ(a.rows, 3);
    EXPECT_EQ(a.cols, cols);
    EXPECT_NE(a.stride % 512, 0) << cols;
    EXPECT_EQ(a.stride == cols, cols % 512 != 0) << cols;
    EXPECT_LE(a.Row(2).data() + a.stride, b.data) << cols;
  }
}

TEST(Workspace, GivesTheSameMemoryAgain) {
  Workspace workspace;
  const float* first = workspace.Alloc(4, 4).data;
  const Workspace::Mark mark = workspace.mark();
  const float* second = workspace.Alloc(4, 4).data;
  const float* large = workspace.Alloc(500, 500).data;
  workspace.Rewind(mark);
  EXPECT_EQ(workspace.Alloc(4, 4).data, second);
  EXPECT_EQ(workspace.Alloc(500, 500).data, large);
  workspace.Clear();
  EXPECT_EQ(workspace.Alloc(4, 4).data, first);
}

TEST(Workspace, EmptyMatrices) {
  Workspace workspace;
  EXPECT_EQ(workspace.Alloc(0, 7).rows, 0);
  EXPECT_EQ(workspace.Alloc(7, 0).cols, 0);
}

}  // namespace
}  // namespace edgevlm
