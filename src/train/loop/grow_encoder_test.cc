#include "train/loop/grow_encoder.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

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
    GrowVisionEncoder(small_, EncoderSize::kMedium, medium_);
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

// Images of another size have other features, but each block computes what it did.
TEST_F(GrowTest, BlocksOfAFineEncoderDoTheSame) {
  const torch::NoGradGuard no_grad;
  VisionEncoder fine(kFeatures, EncoderSize::kFine);
  GrowVisionEncoder(small_, EncoderSize::kFine, fine);
  small_->eval(), fine->eval();
  for (std::size_t i = 0; i < small_->blocks.size(); ++i) {
    if (BlocksOf(EncoderSize::kFine)[i].stride == 3) continue;
    const auto channels_of = [i](const VisionEncoder& encoder) {
      const Bottleneck& block = encoder->blocks[i];
      return block->expand.is_empty() ? block->depthwise->conv->weight.size(0)
                                      : block->expand->conv->weight.size(1);
    };
    const torch::Tensor x = torch::randn({2, channels_of(fine), 10, 10});
    const torch::Tensor expected = small_->blocks[i](x.narrow(1, 0, channels_of(small_)));
    const torch::Tensor found = fine->blocks[i](x).narrow(1, 0, expected.size(1));
    EXPECT_TRUE(torch::allclose(found, expected, 1e-3, 1e-4)) << i;
  }
}

TEST(VisionEncoder, SizesThatKeepTheGridOfTenCells) {
  EXPECT_EQ(CellPixelsOf(EncoderSize::kSmall), 16);
  EXPECT_EQ(CellPixelsOf(EncoderSize::kMedium), 16);
  EXPECT_EQ(CellPixelsOf(EncoderSize::kFine), 24);
  for (const NamedEncoderSize& named : kEncoderSizes) {
    const int side = 10 * CellPixelsOf(named.size);
    VisionEncoder encoder(kFeatures, named.size);
    EXPECT_EQ(encoder(torch::zeros({2, 3, side, side})).sizes(),
              (std::vector<std::int64_t>{2, kFeatures, 10, 10}))
        << named.name;
  }
}

}  // namespace
}  // namespace edgevlm::train
