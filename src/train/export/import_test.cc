#include "train/export/import.h"

#include <gtest/gtest.h>

#include "train/export/export.h"
#include "train/scenes/things.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr double kImportRounding = 1.0 / 2048;  // relative, of a float16

// A model with non-trivial batch norms, its exported file, and another model.
class ImportTest : public ::testing::Test {
 protected:
  ImportTest() : original_(TinyModel(kSeed)), model_(TinyModel(kSeed + 1)) {
    ShakeBatchNorms(original_);
    original_->eval();
    Result<std::vector<std::byte>> bytes =
        ToGguf(original_, {TinyShape(), TinyVocabulary()}, "Tiny").ToBytes();
    CHECK(bytes.ok());
    bytes_ = *std::move(bytes);
  }

  GgufFile File() const {
    Result<GgufFile> file = GgufFile::Parse(bytes_);
    CHECK(file.ok());
    return *std::move(file);
  }

  // The features of this model are those of the original, up to rounding.
  void ExpectSameSight(Vlm& model, double tolerance) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor expected = original_->EncodeImages(images_),
                        found = model->EncodeImages(images_);
    const double scale = expected.abs().max().item<double>();
    EXPECT_LE((found - expected).abs().max().item<double>(), tolerance * scale) << kSeed;
  }

  Vlm original_, model_;
  torch::Tensor images_ = torch::randn({4, 3, 32, 32});
  std::vector<std::byte> bytes_;
};

// Some 35 convolutions in a row, each with weights that were rounded.
constexpr double kFileTolerance = 35 * kImportRounding;

TEST_F(ImportTest, LoadsTheWeights) {
  ASSERT_EQ(LoadTensors(File(), model_), std::nullopt);
  model_->eval();
  ExpectSameSight(model_, kFileTolerance);
  const auto half = [](const torch::Tensor& x) { return x.to(torch::kHalf).to(torch::kFloat32); };
  const auto& block = original_->decoder->blocks[1];
  EXPECT_TRUE(
      torch::equal(model_->decoder->blocks[1]->ffn_up->weight, half(block->ffn_up->weight)));
  EXPECT_TRUE(torch::equal(model_->decoder->blocks[1]->attn_norm->bias, block->attn_norm->bias));
  EXPECT_TRUE(torch::equal(model_->project_in->weight, half(original_->project_in->weight)));
}

TEST_F(ImportTest, UnfoldedBatchNormsChangeNothingInEvaluationNorInTraining) {
  ASSERT_EQ(LoadTensors(File(), model_), std::nullopt);
  Unfold(model_->vision_encoder, images_);
  model_->eval();
  ExpectSameSight(model_, kFileTolerance);
  model_->train();
  ExpectSameSight(model_, 2 * kFileTolerance);
}

TEST_F(ImportTest, ReadsShapeAndVocabulary) {
  const auto run = RunOf(File());
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_EQ(run->shape.image_side, 32);
  EXPECT_EQ(run->shape.features, 8);
  EXPECT_EQ(run->shape.things, static_cast<int>(ThingNames().size()));
  EXPECT_EQ(run->shape.decoder.width, 16);
  EXPECT_EQ(run->shape.decoder.heads, 2);
  EXPECT_EQ(run->shape.decoder.blocks, 2);
  EXPECT_EQ(run->shape.decoder.context, 32);
  EXPECT_EQ(run->shape.decoder.exits, std::vector<int>{1});
  EXPECT_EQ(run->vocabulary.tokens, TinyVocabulary().tokens);
  EXPECT_EQ(run->vocabulary.specials, TinyVocabulary().specials);
}

// The larger vision encoders come back from their files too.
TEST_F(ImportTest, KnowsTheVisionEncoder) {
  for (const NamedEncoderSize& named : kEncoderSizes) {
    SCOPED_TRACE(named.name);
    VlmShape shape = TinyShape();
    shape.encoder = named.size;
    shape.image_side = 2 * CellPixelsOf(named.size);
    images_ = torch::randn({4, 3, shape.image_side, shape.image_side});
    original_ = TinyModel(kSeed, shape);
    ShakeBatchNorms(original_);
    original_->eval();
    bytes_ = *ToGguf(original_, {shape, TinyVocabulary()}, "Tiny").ToBytes();
    const auto run = RunOf(File());
    ASSERT_TRUE(run.ok()) << run.error().message;
    EXPECT_EQ(run->shape.encoder, named.size);
    Vlm again = TinyModel(kSeed + 1, shape);
    ASSERT_EQ(LoadTensors(File(), again), std::nullopt);
    again->eval();
    ExpectSameSight(again, kFileTolerance * 45 / 35);  // as many more convolutions in a medium one
  }
}

TEST_F(ImportTest, AFileOfAnotherShapeIsNamed) {
  VlmShape wide = TinyShape();
  wide.decoder.width = 32;
  Vlm other = TinyModel(kSeed, wide);
  const MaybeError error = LoadTensors(File(), other);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, ErrorCode::kInvalid);
  EXPECT_NE(error->message.find("mm.0.weight"), std::string::npos) << error->message;
}

TEST(Import, AMissingFileIsNamed) {
  const MaybeError error =
      Import({.path = "no-such.gguf", .out = "unused", .glyphs = {.font = "none"}});
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace edgevlm::train
