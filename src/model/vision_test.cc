#include "model/vision.h"

#include <gtest/gtest.h>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/reference_vision_encoder.h"
#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

constexpr int kTinyImageCells = TinyModel::kImageSize * TinyModel::kImageSize;
constexpr int kTinyImageTokens = TinyModel::kImageTokens;

class VisionTest : public ::testing::Test {
 protected:
  VisionTest() {
    const std::vector<std::byte> bytes = model_.ToBytes();
    const Result<GgufFile> file = GgufFile::Parse(bytes);
    CHECK(file.ok());
    auto vision_encoder = LoadVisionEncoder(*file);
    auto projector = LoadProjector(*file);
    EXPECT_TRUE(vision_encoder.ok()) << vision_encoder.error().message;
    EXPECT_TRUE(projector.ok()) << projector.error().message;
    vision_encoder_ = *std::move(vision_encoder);
    projector_ = *std::move(projector);
  }

  static Buffer RandomPixels(int images) {
    Buffer pixels(images * kTinyImageCells, 3);
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    for (float& value : pixels.values) value = normal(random);
    return pixels;
  }

  Buffer Encode(View<const float> pixels, ThreadPool& pool) {
    Buffer features(pixels.rows / kTinyImageCells * kTinyImageTokens, TinyModel::kFeatures);
    vision_encoder_->Encode(pixels, features.view(), workspace_, {.pool = pool});
    return features;
  }

  TinyModel model_{10};
  std::unique_ptr<VisionEncoder> vision_encoder_;
  std::unique_ptr<Projector> projector_;
  Workspace workspace_;
};

// Float32 sums of at most 40 terms, six layers deep.
constexpr double kVisionTolerance = 2e-5;

TEST_F(VisionTest, HasItsShape) {
  EXPECT_EQ(vision_encoder_->shape().preprocessing.size, 32);
  EXPECT_EQ(vision_encoder_->shape().preprocessing.mean[1], 0.4f);
  EXPECT_EQ(vision_encoder_->shape().preprocessing.std[2], 0.3f);
  EXPECT_EQ(vision_encoder_->shape().tokens, 16);
  EXPECT_EQ(vision_encoder_->shape().width, 20);
  EXPECT_EQ(projector_->inputs(), 20);
  EXPECT_EQ(projector_->outputs(), 24);
  // Block outputs 16^2 * 16 + 8^2 * 12 * 2 + 4^2 * 18; inside the first block 16^2 * 16 + 8^2 * 16
  // against 16^2 * 27 of the stem's windows.
  EXPECT_EQ(vision_encoder_->shape().workspace_values, 4096 + 1536 + 288 + 6912);
}

TEST_F(VisionTest, MatchesTheFormulas) {
  ThreadPool pool(1);
  Buffer pixels = RandomPixels(1);
  Buffer features = Encode(pixels.view(), pool);
  const Matrix expected = ReferenceVisionEncoder(model_, pixels.ToMatrix());
  ExpectClose(features.ToMatrix(), expected, kVisionTolerance);

  Buffer embeddings(kTinyImageTokens, TinyModel::kWidth);
  projector_->Project(features.view(), embeddings.view(), workspace_, {.pool = pool});
  ExpectClose(embeddings.ToMatrix(), ReferenceProjector(model_, expected), kVisionTolerance);
}

TEST_F(VisionTest, SeveralAtOnceEqualOneByOneOnAnyThreads) {
  ThreadPool one(1), three(3);
  Buffer pixels = RandomPixels(3);
  const Buffer together = Encode(pixels.view(), three);
  std::vector<float> alone;
  for (int n = 0; n < 3; ++n) {
    const Buffer features = Encode(pixels.view().Rows(n * kTinyImageCells, kTinyImageCells), one);
    alone.insert(alone.end(), features.values.begin(), features.values.end());
  }
  EXPECT_EQ(together.values, alone);
}

TEST_F(VisionTest, GivesTheWorkspaceBack) {
  ThreadPool pool(1);
  Buffer pixels = RandomPixels(1);
  const View<float> held = workspace_.Alloc(2, 2);
  held.Row(1)[1] = 42;
  const Workspace::Mark mark = workspace_.mark();
  Encode(pixels.view(), pool);
  EXPECT_EQ(workspace_.mark().block, mark.block);
  EXPECT_EQ(workspace_.mark().used, mark.used);
  EXPECT_EQ(held.Row(1)[1], 42);
}

}  // namespace
}  // namespace edgevlm
