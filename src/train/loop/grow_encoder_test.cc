#include "train/loop/grow_encoder.h"

#include <gtest/gtest.h>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kFeatures = 8;

class GrowTest : public ::testing::Test {
 protected:
  GrowTest() {
    Vlm model = TinyModel(3);  // seeds LibTorch
    ShakeBatchNorms(model);
    small_ = model->vision_encoder;
    medium_ = VisionEncoder(kFeatures, EncoderSize::kMedium);
    GrowVisionEncoder(small_, medium_);
  }

  VisionEncoder small_{nullptr}, medium_{nullptr};
};

// In evaluation and in training, where batch norms use the statistics of the batch.
TEST_F(GrowTest, GivesTheSameFeatures) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor images = torch::rand({3, 3, 64, 64});
  for (const bool trains : {false, true}) {
    small_->train(trains), medium_->train(trains);
    const torch::Tensor expected = small_(images);
    // Sums over more channels are rounded in another order.
    EXPECT_TRUE(torch::allclose(medium_(images), expected, 1e-3, 1e-4)) << trains;
  }
}

TEST_F(GrowTest, WhatIsNewLearns) {
  const torch::Tensor images = torch::rand({3, 3, 64, 64});
  medium_->train();
  medium_(images).square().mean().backward();
  const Bottleneck& added = medium_->blocks[12];
  EXPECT_GT(added->project->norm->weight.grad().abs().max().item<double>(), 0);
  // What reads the new channels of the stream.
  const torch::Tensor reads = medium_->blocks[5]->expand->conv->weight.grad();
  const auto old_width = small_->blocks[4]->expand->conv->weight.size(1);
  EXPECT_GT(reads.narrow(1, old_width, reads.size(1) - old_width).abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace edgevlm::train
