#include "train/loop/grow_decoder.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kTimes = 3;

VlmShape LargerShape() {
  VlmShape shape = TinyShape();
  shape.decoder.width *= kTimes;
  shape.decoder.heads *= kTimes;
  shape.decoder.blocks = 4;
  shape.decoder.exits = {GrownBlock(1, 2, 4)};
  return shape;
}

class GrowDecoderTest : public ::testing::Test {
 protected:
  GrowDecoderTest() {
    // At the deviation of new weights, blocks hardly change the stream, and wrong ones would too.
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : small_->decoder->parameters())
      parameter.add_(0.3 * torch::randn_like(parameter));
    GrowDecoder(small_, large_);
    GrowPositions(small_, large_);
    large_->decoder->token_embd->weight.copy_(Widened(small_->decoder->token_embd->weight, kTimes));
  }

  static ResidualStreams StreamsOf(Vlm& model, const torch::Tensor& features, const Batch& batch) {
    return model->decoder(model->Project(features), batch.ids, batch.positions, batch.text_starts);
  }

  const Batch batch_ = TinyBatch(2, kSeed);
  const torch::Tensor features_ = torch::rand({2, 2, 2, TinyShape().features});
  Vlm small_ = TinyModel(kSeed);
  Vlm large_ = TinyModel(kSeed + 1, LargerShape());
};

TEST_F(GrowDecoderTest, GivesTheSameLogitsAtEachExit) {
  const torch::NoGradGuard no_grad;
  const ResidualStreams expected = StreamsOf(small_, features_, batch_);
  const ResidualStreams found = StreamsOf(large_, features_, batch_);
  const auto expect_near = [](const torch::Tensor& a, const torch::Tensor& b) {
    // Sums of three times as many terms, over four blocks, in another order.
    EXPECT_LT(GreatestDifference(a, b), 1e3 * kFloatEpsilon * b.abs().max().item<double>());
  };
  expect_near(large_->decoder->Logits(found.last), small_->decoder->Logits(expected.last));
  expect_near(large_->decoder->ExitLogits(found.exits[0]),
              small_->decoder->ExitLogits(expected.exits[0]));
  expect_near(found.middle, Widened(expected.middle, kTimes));
  expect_near(found.late, Widened(expected.late, kTimes));
}

TEST_F(GrowDecoderTest, TheCopiesPartInTraining) {
  const ResidualStreams streams = StreamsOf(large_, features_, batch_);
  large_->decoder->Logits(streams.last).square().mean().backward();
  const torch::Tensor hidden = large_->decoder->blocks[0]->ffn_up->weight.grad();
  const auto copies = hidden.chunk(kTimes);
  EXPECT_GT(GreatestDifference(copies[0], copies[1]), 0.01 * hidden.abs().max().item<double>());
}

TEST_F(GrowDecoderTest, NewBlocksLearn) {
  const ResidualStreams streams = StreamsOf(large_, features_, batch_);
  large_->decoder->Logits(streams.last).square().mean().backward();
  for (int i = 0; i < LargerShape().decoder.blocks; ++i) {
    const DecoderBlock& block = large_->decoder->blocks[static_cast<std::size_t>(i)];
    EXPECT_GT(block->ffn_down->weight.grad().abs().max().item<double>(), 0) << i;
    EXPECT_GT(block->attn_output->weight.grad().abs().max().item<double>(), 0) << i;
  }
}

TEST(GrownBlock, KeepsTheMiddleAndTwoThirds) {
  for (const int from : {6, 12}) {
    for (int into = from; into < 5 * from; ++into) {
      int middle = 0, late = 0, last = -1;
      for (int i = 0; i < from; ++i) {
        const int grown = GrownBlock(i, from, into);
        EXPECT_GT(grown, last);
        last = grown;
        middle += grown < into / 2;
        late += grown < into * 2 / 3;
      }
      EXPECT_LT(last, into);
      EXPECT_EQ(middle, from / 2) << into;
      EXPECT_EQ(late, from * 2 / 3) << into;
    }
  }
}

TEST(GrowPositions, ResamplesTheGridAndKeepsThoseOfText) {
  VlmShape shape = TinyShape();
  shape.image_side = 64;
  shape.decoder.context = shape.ContextFor(TinyShape().text_tokens() + 3);
  Vlm small = TinyModel(kSeed), large = TinyModel(kSeed + 1, shape);
  const torch::NoGradGuard no_grad;
  // Column 0 has 0, column 1 has 1.
  torch::Tensor old_positions = small->decoder->position_embd->weight;
  for (int i = 0; i < TinyShape().cells(); ++i) old_positions[i].fill_(i % 2);
  GrowPositions(small, large);
  const torch::Tensor positions = large->decoder->position_embd->weight;
  const float expected[] = {0, 0.25f, 0.75f, 1};
  for (int i = 0; i < shape.cells(); ++i) {
    EXPECT_FLOAT_EQ(positions[i][3].item<float>(), expected[i % 4]) << i;
  }
  const int texts = TinyShape().text_tokens() + kSparePositions;
  EXPECT_TRUE(torch::equal(positions.narrow(0, shape.cells(), texts),
                           old_positions.narrow(0, TinyShape().cells(), texts)));
}

}  // namespace
}  // namespace edgevlm::train
