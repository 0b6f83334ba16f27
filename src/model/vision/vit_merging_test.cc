// The vision transformer with token merging, and its attention scores.
#include <gtest/gtest.h>

#include <numeric>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/reference_merging.h"
#include "model/vision/merged_rows.h"

namespace edgevlm {
namespace {

constexpr int kMergedCells = TinyVit::kImageSize * TinyVit::kImageSize;
constexpr double kMergingTolerance = 3e-5;  // as in vit_test.cc

const TinyVitOptions kModels[] = {{.projector = "ldpv2"},
                                  {.projector = "ldpv2", .is_class_first = true},
                                  {.projector = "idefics3", .is_clip = false}};

Result<std::unique_ptr<VisionEncoder>> LoadMerging(const TinyVit& model, int merged_tokens) {
  const std::vector<std::byte> bytes = model.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  return LoadVisionEncoder(*file, {.merged_tokens = merged_tokens});
}

Buffer MergingPixels(int images) {
  Buffer pixels(images * kMergedCells, 3);
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  for (float& value : pixels.values) value = normal(random);
  return pixels;
}

struct Encoded {
  Buffer features;
  Buffer scores;
};

Encoded EncodeMerged(const VisionEncoder& vision_encoder, View<const float> pixels,
                     int threads = 1) {
  ThreadPool pool(threads);
  Workspace workspace;
  const int images = pixels.rows / kMergedCells, tokens = vision_encoder.shape().tokens;
  Encoded encoded = {Buffer(images * tokens, TinyVit::kWidth), Buffer(images, tokens)};
  vision_encoder.Encode(pixels, {encoded.features.view(), encoded.scores.view()}, workspace,
                        {.pool = pool});
  return encoded;
}

int BlocksOf(const TinyVitOptions& options) {
  return options.is_clip ? TinyVit::kBlocks - 1 : TinyVit::kBlocks;
}

TEST(VitMerging, MatchesThePaper) {
  const Buffer pixels = MergingPixels(1);
  for (const TinyVitOptions& options : kModels) {
    const TinyVit model(options);
    const int blocks = BlocksOf(options);
    for (int count = 0; count <= MergedRows::MaxPerStep(TinyVit::kPatches, blocks); ++count) {
      SCOPED_TRACE(testing::Message() << "clip=" << options.is_clip
                                      << " first=" << options.is_class_first << " r=" << count);
      const auto vision_encoder = LoadMerging(model, count);
      ASSERT_TRUE(vision_encoder.ok()) << vision_encoder.error().message;
      Buffer copy = pixels;
      ExpectClose(EncodeMerged(**vision_encoder, copy.view()).features.ToMatrix(),
                  ReferenceMergedVit(model, pixels.ToMatrix(), blocks, count), kMergingTolerance);
    }
  }
}

TEST(VitMerging, SeveralAtOnceEqualOneByOneOnAnyThreads) {
  Buffer pixels = MergingPixels(3);
  for (const TinyVitOptions& options : kModels) {
    const auto vision_encoder = LoadMerging(TinyVit(options), 3);
    const Encoded together = EncodeMerged(**vision_encoder, pixels.view(), 3);
    std::vector<float> features, scores;
    for (int n = 0; n < 3; ++n) {
      const Encoded alone =
          EncodeMerged(**vision_encoder, pixels.view().Rows(n * kMergedCells, kMergedCells));
      features.insert(features.end(), alone.features.values.begin(), alone.features.values.end());
      scores.insert(scores.end(), alone.scores.values.begin(), alone.scores.values.end());
    }
    EXPECT_EQ(together.features.values, features);
    EXPECT_EQ(together.scores.values, scores);
  }
}

// A projector that reads any number of features gets the remaining rows, by position, without the
// class token.
TEST(VitMerging, WithoutAGridOnlyWhatIsLeftIsGiven) {
  const TinyVit model({.projector = "mlp", .is_class_first = true});
  const auto vision_encoder = LoadMerging(model, 4);
  ASSERT_TRUE(vision_encoder.ok()) << vision_encoder.error().message;
  ASSERT_EQ((*vision_encoder)->shape().tokens, TinyVit::kPatches - 2 * 4);
  Buffer pixels = MergingPixels(1);
  ReferenceRows rows = ReferenceMergedRows(model, pixels.ToMatrix(), 2, 4);
  std::vector<std::size_t> order(rows.x.size() - 1);
  std::iota(order.begin(), order.end(), 1);
  const auto patch = [&](std::size_t row) {
    const auto& own = rows.members[row];
    return std::accumulate(own.begin(), own.end(), 0.0) / static_cast<double>(own.size());
  };
  std::ranges::stable_sort(order, {}, patch);
  Matrix expected;
  for (const std::size_t row : order) expected.push_back(rows.x[row]);
  ExpectClose(EncodeMerged(**vision_encoder, pixels.view()).features.ToMatrix(), expected,
              kMergingTolerance);
}

// The attention in the last block, from the formulas: of the class token, or of all rows.
std::vector<double> ReferenceScores(const TinyVit& model, Matrix x, int blocks) {
  for (int block = 0; block < blocks - 1; ++block) {
    ReferenceVitAttention(model, block, {}, x);
    ReferenceVitMlp(model, block, x);
  }
  const std::string name = "v.blk." + std::to_string(blocks - 1) + ".";
  const Matrix normed = ReferenceNorm(model, name + "ln1", x, TinyVit::kEpsilon);
  const Matrix q = ReferenceLinear(model, name + "attn_q", normed);
  const Matrix k = ReferenceLinear(model, name + "attn_k", normed);
  // Values that identify their rows: the attention output is then the attention itself.
  constexpr std::size_t kHead = TinyVit::kWidth / TinyVit::kHeads;
  std::vector<double> scores(x.size());
  for (std::size_t row = 0; row < x.size(); ++row) {
    Matrix v(x.size(), std::vector<double>(TinyVit::kWidth));
    std::ranges::fill(v[row], 1.0);
    const Matrix attention_output = ReferenceSelfAttention(q, k, v);
    const std::size_t first = model.options.is_clip ? (model.options.is_class_first ? 0 : 16) : 0;
    const std::size_t last = model.options.is_clip ? first + 1 : attention_output.size();
    for (std::size_t asking = first; asking < last; ++asking) {
      for (std::size_t head = 0; head < TinyVit::kWidth; head += kHead) {
        scores[row] +=
            attention_output[asking][head] / TinyVit::kHeads / static_cast<double>(last - first);
      }
    }
  }
  if (model.options.is_clip) scores.erase(scores.begin());
  return scores;
}

TEST(VitScores, AreTheAttentionOfTheLastBlock) {
  Buffer pixels = MergingPixels(1);
  for (const TinyVitOptions& options : kModels) {
    const TinyVit model(options);
    const auto vision_encoder = LoadMerging(model, 0);
    EXPECT_TRUE((*vision_encoder)->has_scores());
    const Encoded encoded = EncodeMerged(**vision_encoder, pixels.view());
    const std::vector<double> expected =
        ReferenceScores(model, ReferenceVitRows(model, pixels.ToMatrix()), BlocksOf(options));
    for (std::size_t t = 0; t < expected.size(); ++t) {
      EXPECT_NEAR(encoded.scores.values[t], expected[t], 1e-5) << t;
    }
  }
}

// Patches share the score of the row that they were merged into.
TEST(VitScores, OfMergedPatchesAddUpAsBefore) {
  Buffer pixels = MergingPixels(1);
  for (const TinyVitOptions& options : kModels) {
    const auto vision_encoder = LoadMerging(TinyVit(options), 3);
    const Encoded encoded = EncodeMerged(**vision_encoder, pixels.view());
    const double sum =
        std::accumulate(encoded.scores.values.begin(), encoded.scores.values.end(), 0.0);
    EXPECT_LE(sum, 1 + 1e-5);
    EXPECT_GE(sum, options.is_clip ? 0.3 : 1 - 1e-5);
  }
  const auto vision_encoder = LoadMerging(TinyVit({.projector = "mlp"}), 3);
  const Encoded encoded = EncodeMerged(**vision_encoder, pixels.view());
  EXPECT_EQ(std::ssize(encoded.scores.values), TinyVit::kPatches - 2 * 3);
}

TEST(VitMerging, RefusesMoreThanThereIsAtLoad) {
  const auto vision_encoder = LoadMerging(TinyVit({.projector = "ldpv2"}), 6);
  ASSERT_FALSE(vision_encoder.ok());
  EXPECT_EQ(vision_encoder.error().message,
            "tome: expected at most 5 tokens per block for this vision encoder's 16 patches and 2 "
            "blocks, "
            "found 6");
}

}  // namespace
}  // namespace edgevlm
