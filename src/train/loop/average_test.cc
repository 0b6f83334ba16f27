#include "train/loop/average.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "train/loop/checkpoint.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

// Two runs with different weights and statistics, in separate folders.
class AverageTest : public ::testing::Test {
 protected:
  AverageTest() : folder_(::testing::TempDir() + "edgevlm_average") {
    std::filesystem::remove_all(folder_);
    for (int i = 0; i < 2; ++i) {
      models_.push_back(TinyModel(kSeed + static_cast<std::uint64_t>(i)));
      ShakeBatchNorms(models_.back());
      std::filesystem::create_directories(RunFolder(i));
      CHECK(!SaveModel(RunFolder(i), models_.back()));
      CHECK(!SaveRun(RunFolder(i), TinyShape(), TinyVocabulary()));
    }
  }
  ~AverageTest() override { std::filesystem::remove_all(folder_); }

  std::string RunFolder(int i) const { return folder_ + "/" + std::to_string(i); }
  AverageOptions Options(double weight) const {
    return {.first = RunFolder(0), .second = RunFolder(1), .out = RunFolder(2), .weight = weight};
  }

  const std::string folder_;
  std::vector<Vlm> models_;
};

TEST_F(AverageTest, LiesBetweenTheTwo) {
  for (const double weight : {0.0, 0.25, 1.0}) {
    ASSERT_EQ(Average(Options(weight)), std::nullopt);
    const Result<train::Run> run = LoadRun(RunFolder(2));
    ASSERT_TRUE(run.ok()) << run.error().message;
    EXPECT_EQ(run->shape.decoder.exits, TinyShape().decoder.exits);
    Vlm between(run->shape);
    ASSERT_EQ(LoadModel(RunFolder(2), between), std::nullopt);
    const auto check = [&](const torch::Tensor& found, const torch::Tensor& first,
                           const torch::Tensor& second) {
      const torch::Tensor expected = first + weight * (second - first);
      EXPECT_TRUE(torch::allclose(found, expected, 1e-5, 1e-6)) << "weight " << weight;
    };
    const auto& first = models_[0];
    const auto& second = models_[1];
    check(between->decoder->blocks[1]->ffn_up->weight, first->decoder->blocks[1]->ffn_up->weight,
          second->decoder->blocks[1]->ffn_up->weight);
    check(between->number_head->bias, first->number_head->bias, second->number_head->bias);
    check(between->vision_encoder->stem->norm->running_var,
          first->vision_encoder->stem->norm->running_var,
          second->vision_encoder->stem->norm->running_var);
  }
}

TEST_F(AverageTest, RejectsBadOptionsAndOtherShapes) {
  EXPECT_EQ(Average(Options(1.5))->code, ErrorCode::kInvalid);
  EXPECT_EQ(Average(Options(-0.1))->code, ErrorCode::kInvalid);
  AverageOptions missing = Options(0.5);
  missing.first = folder_ + "/missing";
  EXPECT_EQ(Average(missing)->code, ErrorCode::kNotFound);

  VlmShape wide = TinyShape();
  wide.decoder.width = 32;
  Vlm other = TinyModel(kSeed, wide);
  ASSERT_EQ(SaveModel(RunFolder(0), other), std::nullopt);
  EXPECT_EQ(Average(Options(0.5))->code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace edgevlm::train
