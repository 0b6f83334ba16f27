#include "train/loop/replicas.h"

#include <gtest/gtest.h>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

torch::Tensor NameIds() { return torch::tensor({-1, 10, 20, 30}, torch::kInt64); }

// Everything that learns, as in the last phase of a run.
Losses AllLosses(Vlm& model, const Batch& batch) {
  Losses losses;
  const torch::Tensor features = model->EncodeImages(batch.images);
  const torch::Tensor grid = GridLoss(model->PredictGrid(features), batch, losses);
  const torch::Tensor cells = model->Project(features);
  const torch::Tensor names = NameLoss(model->decoder, cells, batch, NameIds(), losses);
  const ResidualStreams streams =
      model->decoder->forward(cells, batch.ids, batch.positions, batch.text_starts);
  losses.total = grid + names + TextLoss(model->decoder, streams.last, batch, losses) +
                 MentionLoss(model, streams.middle, batch, losses) +
                 OrderLoss(model, streams.late, batch, losses) +
                 NumberLoss(model, streams.cells, batch, losses);
  return losses;
}

// The vision encoder alone, as in the first phase.
Losses GridLosses(Vlm& model, const Batch& batch) {
  Losses losses;
  losses.total = GridLoss(model->PredictGrid(model->EncodeImages(batch.images)), batch, losses);
  return losses;
}

// The text alone, from a fixed vision encoder.
Losses TextLosses(Vlm& model, const Batch& batch) {
  Losses losses;
  torch::Tensor features;
  {
    const torch::NoGradGuard fixed;
    features = model->EncodeImages(batch.images);
  }
  const ResidualStreams streams = model->decoder->forward(model->Project(features), batch.ids,
                                                          batch.positions, batch.text_starts);
  losses.total = TextLoss(model->decoder, streams.last, batch, losses) +
                 MentionLoss(model, streams.middle, batch, losses) +
                 OrderLoss(model, streams.late, batch, losses) +
                 NumberLoss(model, streams.cells, batch, losses);
  return losses;
}

std::vector<Batch> Batches(int count) {
  std::vector<Batch> batches;
  for (int i = 0; i < count; ++i) batches.push_back(TinyBatch(2, kSeed + i));
  return batches;
}

TEST(Replicas, GradientsAreTheMeanOfEachBatchAlone) {
  constexpr int kCount = 3;
  const std::vector<Batch> batches = Batches(kCount);
  std::vector<torch::Tensor> expected;
  std::vector<double> expected_text;
  for (const Batch& batch : batches) {
    Vlm alone = TinyModel(kSeed);
    const Losses losses = AllLosses(alone, batch);
    losses.total.backward();
    expected_text.push_back(losses.text);
    const std::vector<torch::Tensor> parameters = alone->parameters();
    expected.resize(parameters.size());
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const torch::Tensor part = parameters[p].grad() / kCount;
      expected[p] = expected[p].defined() ? expected[p] + part : part;
    }
  }

  Vlm model = TinyModel(kSeed);
  Replicas replicas(model, kCount);
  replicas.Backward(batches, AllLosses);  // gradients of an earlier step leave no trace
  const std::vector<Losses> losses = replicas.Backward(batches, AllLosses);
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_NEAR(losses[i].text, expected_text[i], 1e-5);
  std::size_t p = 0;
  for (const auto& named : model->named_parameters()) {
    // Both are sums of the same terms; the order of a sum may differ between threads.
    const double scale = expected[p].abs().max().item<double>();
    const double difference = (named.value().grad() - expected[p]).abs().max().item<double>();
    EXPECT_LE(difference, 1e-4 * scale + 1e-7) << named.key() << " seed " << kSeed;
    ++p;
  }
}

// Two steps on two replicas: if the second replica had kept the first weights, its gradients in
// the second step would be others.
TEST(Replicas, ShareTheWeightsAfterAStep) {
  const std::vector<Batch> batches = Batches(1);
  const std::vector<Batch> twice = {batches[0], batches[0]};
  Vlm model = TinyModel(kSeed);
  Replicas replicas(model, 2);
  torch::optim::SGD optimizer(model->parameters(), 0.1);
  const double before = replicas.Backward(twice, AllLosses)[0].text;
  optimizer.step();
  const std::vector<Losses> after = replicas.Backward(twice, AllLosses);
  EXPECT_NE(after[0].text, before);
  EXPECT_NEAR(after[1].text, after[0].text, 1e-5);
}

// A frozen vision encoder gives all replicas the same features.
TEST(Replicas, ShareTheStatisticsOfTheFirst) {
  Vlm model = TinyModel(kSeed);
  ShakeBatchNorms(model);
  Replicas replicas(model, 3);
  for (const double shift : {0.0, 0.5}) {
    {
      const torch::NoGradGuard no_grad;
      for (const torch::Tensor& buffer : model->buffers()) {
        if (buffer.is_floating_point()) buffer.add_(shift);  // a count of batches stays whole
      }
    }
    const std::vector<Losses> losses =
        replicas.Backward(Batches(3), [&](Vlm& replica, const Batch& batch) {
          replica->vision_encoder->eval();
          const std::vector<torch::Tensor> own = replica->buffers(), first = model->buffers();
          for (std::size_t b = 0; b < own.size(); ++b) EXPECT_TRUE(torch::equal(own[b], first[b]));
          return GridLosses(replica, batch);
        });
    EXPECT_EQ(losses.size(), 3u);
  }
}

// A gradient of zeros is not the same as none: it would decay the moments of the optimizer.
TEST(Replicas, FrozenPartsHaveNoGradient) {
  const std::vector<Batch> batches = Batches(2);
  Vlm model = TinyModel(kSeed);
  Replicas replicas(model, 2);
  for (const bool of_vision_encoder : {true, false, true}) {
    replicas.Backward(batches, of_vision_encoder ? GridLosses : TextLosses);
    for (const auto& named : model->named_parameters()) {
      const bool is_vision_encoder =
          named.key().rfind("eye", 0) == 0 || named.key().rfind("grid", 0) == 0;
      EXPECT_EQ(named.value().grad().defined(), is_vision_encoder == of_vision_encoder)
          << named.key();
    }
  }
}

TEST(Losses, FallWhenOneBatchIsLearned) {
  const std::vector<Batch> batches = Batches(1);
  Vlm model = TinyModel(kSeed);
  Replicas replicas(model, 1);
  torch::optim::AdamW optimizer(model->parameters(), torch::optim::AdamWOptions(0.01));
  Losses first, last;
  for (int step = 0; step < 60; ++step) {
    last = replicas.Backward(batches, AllLosses)[0];
    if (step == 0) first = last;
    optimizer.step();
  }
  EXPECT_NEAR(first.text, std::log(261.0), 0.3) << "a new decoder knows nothing";
  EXPECT_LT(last.text, 0.3 * first.text) << "seed " << kSeed;
  EXPECT_GT(last.text_right, 0.8) << "seed " << kSeed;
  EXPECT_LT(last.name, 0.5 * first.name) << "seed " << kSeed;
  EXPECT_LT(last.cover, 0.3 * first.cover) << "seed " << kSeed;
  EXPECT_LT(last.digit, 0.3 * first.digit) << "seed " << kSeed;
  EXPECT_LT(last.color, 0.3 * first.color) << "seed " << kSeed;
}

// Cells with nothing count for half as much as those with something, however many they are.
TEST(GridLoss, FollowsItsFormula) {
  Batch batch = TinyBatch(1, kSeed);
  batch.cover = torch::tensor({0, 2, 0, 0}, torch::kInt64).view({1, 4});
  batch.digit = torch::zeros({1, 4}, torch::kInt64);
  batch.color = torch::tensor({-1, 3, -1, -1}, torch::kInt64).view({1, 4});
  batch.center = torch::tensor({0.0f, 0.0f, 1.0f, 0.0f}).view({1, 4});
  batch.box = torch::zeros({1, 4, 4});
  batch.reading = torch::full({1, 4, kMaxDigits}, -1, torch::kInt64);
  batch.reading[0][2] = torch::tensor({5, 1, 0, 0}, torch::kInt64);
  batch.pointers = torch::zeros({1, 4, 4});
  batch.pointers[0][2][1] = -1.0;
  GridPredictions predicted;  // uniform over classes, and boxes at 0.5
  predicted.cover = torch::zeros({1, 2, 2, 1 + kTinyThings});
  predicted.center = torch::zeros({1, 2, 2, 1});
  predicted.box = torch::full({1, 2, 2, 4}, 0.5);
  predicted.color = torch::zeros({1, 2, 2, 10});
  predicted.digit = torch::zeros({1, 2, 2, 11});
  predicted.reading = torch::zeros({1, 2, 2, kMaxDigits * 11});
  predicted.pointers = torch::full({1, 2, 2, 4}, 0.25);
  Losses losses;
  const double total = GridLoss(predicted, batch, losses).item<double>();
  EXPECT_NEAR(losses.cover, 1.5 * std::log(4.0), 1e-5);
  EXPECT_NEAR(losses.digit, 0.5 * std::log(11.0), 1e-5) << "no digit anywhere";
  EXPECT_NEAR(losses.center, 1.5 * std::log(2.0), 1e-5);
  EXPECT_NEAR(losses.box, 4 * 0.5, 1e-5) << "of the one center";
  EXPECT_NEAR(losses.color, std::log(10.0), 1e-5) << "of the one colored cell";
  EXPECT_NEAR(losses.reading, std::log(11.0), 1e-5) << "of the one cell with a display";
  EXPECT_NEAR(losses.pointer, 3 * 0.25 + 1.25, 1e-5) << "of the one cell with an instrument";
  EXPECT_NEAR(total,
              losses.cover + losses.digit + losses.center + losses.box + losses.reading +
                  losses.pointer + losses.color,
              1e-4);
}

// Two covered cells; the output matrix answers each direction with one token's logit.
TEST(NameLoss, PredictsTheNamesOfCoveredCells) {
  Vlm model = TinyModel(kSeed);
  const torch::NoGradGuard no_grad;
  model->decoder->token_embd->weight.zero_();
  model->decoder->token_embd->weight[20][0] = 1;  // responds to the first axis
  Batch batch = TinyBatch(1, kSeed);
  batch.cover = torch::tensor({0, 2, 3, 0}, torch::kInt64).view({1, 4});  // names 20 and 30
  torch::Tensor cells = torch::zeros({1, 4, 16});
  for (int cell = 0; cell < 4; ++cell) cells[0][cell][0] = 7.0 * (cell + 1);  // length is nothing
  Losses losses;
  const double loss = NameLoss(model->decoder, cells, batch, NameIds(), losses).item<double>();
  const double logit = std::sqrt(15.0);  // of one value that stands out of 16, normed
  const double sum = std::log(std::exp(logit) + 260);
  EXPECT_NEAR(loss, ((sum - logit) + sum) / 2, 1e-3);
  EXPECT_EQ(losses.name, loss);
}

// Answers count for more than captions; the reported loss weighs all tokens equally.
TEST(TextLoss, WeighsItsTokens) {
  Vlm model = TinyModel(kSeed);
  const torch::NoGradGuard no_grad;
  Batch batch = TinyBatch(1, kSeed);
  const torch::Tensor hidden = torch::randn({3 * 20, 16});
  Losses losses;
  const double weighted = TextLoss(model->decoder, hidden, batch, losses).item<double>();
  const torch::Tensor labels = batch.labels.flatten();
  const torch::Tensor nats = -torch::log_softmax(model->decoder->Logits(hidden), -1)
                                  .gather(1, labels.clamp_min(0).unsqueeze(1))
                                  .squeeze(1);
  const torch::Tensor learned = (labels >= 0).to(torch::kFloat32);
  const torch::Tensor weights = batch.weights.flatten();
  EXPECT_NEAR(weighted, ((nats * weights).sum() / weights.sum()).item<double>(), 1e-5);
  EXPECT_NEAR(losses.text, ((nats * learned).sum() / learned.sum()).item<double>(), 1e-5);
}

// A step of few images may have no things and no questions: its losses are 0, not NaN.
TEST(Losses, OfNothingAreZero) {
  Batch batch = TinyBatch(1, kSeed);
  batch.cover.zero_();
  batch.number.zero_();
  batch.digit.zero_();
  batch.center.zero_();
  batch.color.fill_(-1);
  batch.labels.fill_(-1);
  batch.weights.zero_();
  const std::vector<Batch> batches = {batch};
  Vlm model = TinyModel(kSeed);
  Replicas replicas(model, 1);
  const Losses losses = replicas.Backward(batches, AllLosses)[0];
  EXPECT_EQ(losses.name, 0);
  EXPECT_EQ(losses.text, 0);
  EXPECT_EQ(losses.text_right, 0);
  EXPECT_EQ(losses.box, 0);
  EXPECT_EQ(losses.color, 0);
  for (const auto& named : model->named_parameters()) {
    EXPECT_TRUE(named.value().grad().isfinite().all().item<bool>()) << named.key();
  }
}

}  // namespace
}  // namespace edgevlm::train
