#include "train/loop/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

using ::testing::ContainsRegex;

// The log probabilities of a model in evaluation mode: [B, M, L, V].
torch::Tensor LogProbabilities(Vlm& model, const Batch& batch) {
  const torch::NoGradGuard no_grad;
  model->eval();
  const torch::Tensor hidden = model->decoder
                                   ->forward(model->Project(model->EncodeImages(batch.images)),
                                             batch.ids, batch.positions, batch.text_starts)
                                   .last;
  model->train();
  const torch::Tensor logits = model->decoder->Logits(hidden);
  std::vector<std::int64_t> sizes = batch.ids.sizes().vec();
  sizes.push_back(logits.size(1));
  return torch::log_softmax(logits, -1).view(sizes);
}

// If the labels are the model's own predictions, everything is right.
void TeachAnswers(Vlm& model, Batch& batch) {
  const torch::Tensor predicted = LogProbabilities(model, batch).argmax(-1);
  batch.labels = torch::where(batch.labels >= 0, predicted, batch.labels);
}

// The label at the last position of a text.
std::int64_t& LastLabel(Batch& batch, int image, const TokenSpan& span) {
  return batch.labels.accessor<std::int64_t, 3>()[image][span.row][span.end - 1];
}

TEST(Evaluate, CountsTextsThatAreRightToTheLastToken) {
  Vlm model = TinyModel(kSeed);
  Batch batch = TinyBatch(2, kSeed);
  TeachAnswers(model, batch);
  for (const auto& spans : batch.spans) ASSERT_EQ(spans.size(), 5u) << "kinds 0 to 4";
  // In the second image kinds 2 and 4 get one token wrong, and in the first kind 4.
  for (const auto& [image, kind] : {std::pair{1, 2}, std::pair{1, 4}, std::pair{0, 4}}) {
    for (const TokenSpan& span : batch.spans[static_cast<std::size_t>(image)]) {
      if (span.kind == kind) LastLabel(batch, image, span) ^= 1;
    }
  }
  int asked = 0;
  const auto next = [&] {
    ++asked;
    return batch;
  };
  const Evaluation evaluation = Evaluate(model, next, 3, false);
  EXPECT_EQ(asked, 3);
  const std::array<int, kTextKinds.size()> right = {6, 6, 3, 6};
  for (std::size_t kind = 0; kind < evaluation.kinds.size(); ++kind) {
    EXPECT_EQ(evaluation.kinds[kind].texts, kind <= 4 ? 6 : 0) << "kind " << kind;
    EXPECT_EQ(evaluation.kinds[kind].right, right[kind]) << "kind " << kind << " seed " << kSeed;
  }
  EXPECT_NEAR(evaluation.QuestionsRight(), 15.0 / 24, 1e-9) << "captions are left out";
}

TEST(Evaluate, PerplexityIsOfCaptionTokens) {
  Vlm model = TinyModel(kSeed);
  const Batch batch = TinyBatch(2, kSeed);
  const torch::Tensor log_probabilities = LogProbabilities(model, batch);
  const auto labels = batch.labels.accessor<std::int64_t, 3>();
  double nats = 0;
  int count = 0;
  for (int b = 0; b < 2; ++b) {
    for (const TokenSpan& span : batch.spans[static_cast<std::size_t>(b)]) {
      if (span.kind != 0) continue;
      for (int i = span.begin; i < span.end; ++i, ++count) {
        nats -= log_probabilities[b][span.row][i][labels[b][span.row][i]].item<double>();
      }
    }
  }
  ASSERT_EQ(count, 2 * (1 + 7 + 1)) << "a space, 'a red 0' and the end, in each image";
  const Evaluation evaluation = Evaluate(
      model, [&] { return batch; }, 1, false);
  EXPECT_NEAR(evaluation.caption_perplexity, std::exp(nats / count), 1e-3);
}

TEST(Evaluate, CountsWhereExitsAgree) {
  Vlm model = TinyModel(kSeed);
  const Batch batch = TinyBatch(2, kSeed);
  const auto agreement = [&] {
    const Evaluation evaluation = Evaluate(
        model, [&] { return batch; }, 2, false);
    CHECK(evaluation.exits_agree.size() == 1);
    return evaluation.exits_agree[0];
  };
  EXPECT_LT(agreement(), 1);
  {
    // A last block that adds nothing leaves what the exit after the first one has.
    const torch::NoGradGuard no_grad;
    for (const torch::nn::Linear& linear :
         {model->decoder->blocks[1]->attn_output, model->decoder->blocks[1]->ffn_down}) {
      linear->weight.zero_();
      linear->bias.zero_();
    }
  }
  EXPECT_EQ(agreement(), 1);
}

TEST(Evaluate, BlankMeansGrayImages) {
  Vlm model = TinyModel(kSeed);
  const Batch batch = TinyBatch(2, kSeed);
  {
    // An untrained model hardly depends on the image. Statistics of these images carry the features
    // through all blocks, and large matrices amplify differences.
    const torch::NoGradGuard no_grad;
    for (const auto& module : model->modules()) {
      if (auto* norm = module->as<torch::nn::BatchNorm2d>()) norm->options.momentum(1.0);
    }
    model->train();
    model->EncodeImages(batch.images);
    model->decoder->position_embd->weight.zero_();
    model->project_out->weight.mul_(20.0);
    for (torch::Tensor& parameter : model->decoder->parameters()) {
      if (parameter.dim() == 2) parameter.mul_(5.0);
    }
  }
  Batch gray = batch;
  gray.images = torch::zeros_like(batch.images);
  const auto nats = [&](const Batch& given, bool blank) {
    return std::log(Evaluate(
                        model, [&] { return given; }, 1, blank)
                        .caption_perplexity);
  };
  EXPECT_EQ(nats(batch, true), nats(gray, false));
  // 0.009 here; the libraries below LibTorch, which choose their kernels by the processor, move it
  // by 2e-6.
  EXPECT_GT(std::fabs(nats(batch, true) - nats(batch, false)), 1e-3) << "seed " << kSeed;
}

TEST(Evaluate, LeavesTheModelAsItWas) {
  Vlm model = TinyModel(kSeed);
  const torch::Tensor before = model->vision_encoder->stem->norm->running_mean.clone();
  Evaluate(
      model, [] { return TinyBatch(1, kSeed); }, 1, false);
  EXPECT_TRUE(model->is_training());
  EXPECT_TRUE(torch::equal(model->vision_encoder->stem->norm->running_mean, before));
}

TEST(TableText, ShowsFractions) {
  Evaluation seeing, blanked;
  seeing.kinds[2] = {.texts = 8, .right = 6};
  seeing.kinds[3] = {.texts = 2, .right = 1};
  blanked.kinds[2] = {.texts = 8, .right = 1};
  seeing.caption_perplexity = 1.25;
  blanked.caption_perplexity = 7.5;
  seeing.exits_agree = {0.625, 1};
  blanked.exits_agree = {0.5, 0.25};
  const std::string text = TableText(seeing, blanked);
  EXPECT_THAT(text, ContainsRegex("count +8 +75.0 % +12.5 %"));
  EXPECT_THAT(text, ContainsRegex("colour +2 +50.0 % +0.0 %"));
  EXPECT_THAT(text, ContainsRegex("display +0 +0.0 % +0.0 %"));
  EXPECT_THAT(text, ContainsRegex("questions +70.0 % +12.5 %"));
  EXPECT_THAT(text, ContainsRegex("captions +1.250 +7.500"));
  EXPECT_THAT(text, ContainsRegex("exit 1 +62.5 % +50.0 %"));
  EXPECT_THAT(text, ContainsRegex("exit 2 +100.0 % +25.0 %"));
}

}  // namespace
}  // namespace edgevlm::train
