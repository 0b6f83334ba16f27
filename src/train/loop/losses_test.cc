#include "train/loop/losses.h"

#include <gtest/gtest.h>

#include <cmath>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kTinyGrid = 2;  // of TinyShape()

// -log of the probability of `wanted` under softmax(logits).
double Nats(const torch::Tensor& logits, std::int64_t wanted) {
  return -torch::log_softmax(logits, -1)[wanted].item<double>();
}

// -log sigmoid(logit), or of the opposite.
double BinaryNats(double logit, bool yes) { return std::log1p(std::exp(yes ? -logit : logit)); }

// Three names in a text: cells 3 and 0, and one that is absent.
class MentionsTest : public ::testing::Test {
 protected:
  MentionsTest() : model_(TinyModel(kSeed)), batch_(TinyBatch(1, kSeed)) {
    batch_.mentions.fill_(-1);
    batch_.earlier.fill_(0);
    batch_.mentions.flatten()[4] = 1 + 3;
    batch_.mentions.flatten()[7] = 1 + 0;
    batch_.mentions.flatten()[9] = 0;
    batch_.earlier.flatten()[7] = 1 + 3;
    stream_ = torch::randn({batch_.mentions.numel(), model_->shape.decoder.width});
  }

  Vlm model_;
  Batch batch_;
  torch::Tensor stream_;
  Losses losses_;
};

TEST_F(MentionsTest, PredictPresenceAndLocation) {
  const double loss = MentionLoss(model_, stream_, batch_, losses_).item<double>();
  const MentionPredictions predicted = model_->PredictMentions(stream_);
  double expected = 0;
  for (const auto& [slot, cell] : {std::pair(4, 3), std::pair(7, 0)}) {
    expected += BinaryNats(predicted.present[slot][0].item<double>(), true);
    expected += Nats(predicted.column[slot], cell % kTinyGrid) +
                Nats(predicted.row[slot], cell / kTinyGrid);
  }
  expected += BinaryNats(predicted.present[9][0].item<double>(), false);
  EXPECT_NEAR(loss, expected / 3, 1e-5 * expected);
  EXPECT_EQ(losses_.mention, loss);
}

TEST_F(MentionsTest, PredictTheirOrder) {
  const double loss = OrderLoss(model_, stream_, batch_, losses_).item<double>();
  // From cell 3 (right, below) to cell 0: neither further right nor further down.
  const torch::Tensor predicted = model_->PredictOrder(stream_)[7];
  const double expected = (BinaryNats(predicted[0].item<double>(), false) +
                           BinaryNats(predicted[1].item<double>(), false)) /
                          2;
  EXPECT_NEAR(loss, expected, 1e-5 * expected);

  batch_.earlier.flatten()[7] = 1 + 2;  // below, in the same column: only the row counts
  const double rows = OrderLoss(model_, stream_, batch_, losses_).item<double>();
  EXPECT_NEAR(rows, BinaryNats(predicted[1].item<double>(), false), 1e-5);
}

TEST_F(MentionsTest, ATextWithoutNamesHasNoLoss) {
  batch_.mentions.fill_(-1);
  batch_.earlier.fill_(0);
  const torch::Tensor loss =
      MentionLoss(model_, stream_, batch_, losses_) + OrderLoss(model_, stream_, batch_, losses_);
  loss.backward();
  EXPECT_EQ(loss.item<double>(), 0);
  EXPECT_EQ(model_->mention_head->weight.grad().abs().max().item<double>(), 0);
}

// An exit after one block reaches one block, one after two blocks reaches three times as much.
TEST(ExitLoss, PredictsTheNextTokenAtEarlyExits) {
  VlmShape shape = TinyShape();
  shape.decoder.blocks = 3;
  shape.decoder.exits = {1, 2};
  Vlm model = TinyModel(kSeed, shape);
  const Batch batch = TinyBatch(1, kSeed);
  const torch::Tensor labels = batch.labels.flatten(), weights = batch.weights.flatten();
  std::vector<torch::Tensor> streams;
  double expected = 0;
  for (const double weight : {0.25, 0.75}) {
    streams.push_back(torch::randn({labels.numel(), shape.decoder.width}));
    const torch::Tensor logits =
        model->decoder->Logits(torch::layer_norm(streams.back(), {shape.decoder.width}));
    double nats = 0, count = 0;
    for (std::int64_t i = 0; i < labels.numel(); ++i) {
      const std::int64_t wanted = labels[i].item<std::int64_t>();
      if (wanted < 0) continue;
      nats += weights[i].item<double>() * Nats(logits[i], wanted);
      count += weights[i].item<double>();
    }
    expected += weight * nats / count;
  }
  Losses losses;
  const torch::Tensor loss = ExitLoss(model->decoder, streams, batch, losses);
  EXPECT_NEAR(loss.item<double>(), expected, 1e-5 * expected) << "seed " << kSeed;
  EXPECT_EQ(losses.exit, loss.item<double>());
}

TEST(ExitLoss, WithoutExitsIsZero) {
  VlmShape shape = TinyShape();
  shape.decoder.exits = {};
  Vlm model = TinyModel(kSeed, shape);
  Losses losses;
  EXPECT_EQ(ExitLoss(model->decoder, {}, TinyBatch(1, kSeed), losses).item<double>(), 0);
}

// Three covered cells: a first thing, its second like, and another first thing.
TEST(NumberLoss, PredictsWhichOfEqualThingsACellHas) {
  Vlm model = TinyModel(kSeed);
  Batch batch = TinyBatch(1, kSeed);
  batch.number = torch::tensor({0, 1, 2, 1}, torch::kInt64).view({1, 4});
  const torch::Tensor stream = torch::randn({4, model->shape.decoder.width});
  Losses losses;
  const double loss = NumberLoss(model, stream, batch, losses).item<double>();
  const torch::Tensor predicted = model->PredictNumber(stream);
  // Later things and first things count as two halves, the second one with half the weight.
  const double expected =
      Nats(predicted[2], 1) + 0.5 * (Nats(predicted[1], 0) + Nats(predicted[3], 0)) / 2;
  EXPECT_NEAR(loss, expected, 1e-5 * expected) << "seed " << kSeed;
  EXPECT_EQ(losses.number, loss);

  batch.number.zero_();
  EXPECT_EQ(NumberLoss(model, stream, batch, losses).item<double>(), 0) << "no cell is covered";
}

TEST(FirstOf, IsTheBatchOfTheFirstImages) {
  Vlm model = TinyModel(kSeed);
  const Batch batch = TinyBatch(3, kSeed), first = FirstOf(batch, 2);
  EXPECT_TRUE(torch::equal(first.images, batch.images.narrow(0, 0, 2)));
  EXPECT_EQ(first.spans.size(), 2u);
  const auto loss_of = [&](const Batch& some) {
    Losses losses;
    return GridLoss(model->PredictGrid(model->EncodeImages(some.images)), some, losses);
  };
  model->eval();  // no statistics over the batch
  EXPECT_FALSE(torch::allclose(loss_of(first), loss_of(batch)));
  EXPECT_TRUE(torch::allclose(loss_of(FirstOf(batch, 3)), loss_of(batch)));
}

}  // namespace
}  // namespace edgevlm::train
