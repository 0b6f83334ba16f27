#include "train/distil/distillation.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "train/distil/distil_losses.h"
#include "train/loop/checkpoint.h"
#include "train/loop/step_losses.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"

namespace edgevlm::train {
namespace {

constexpr int kTeacherWidth = 5;
constexpr int kCells = 4;  // of TinyShape()

NextTokens RandomTokens(int rows) {
  return {.ids = torch::randint(0, 261, {rows, 2}, torch::kInt64),
          .probabilities = torch::full({rows, 2}, 0.25f),
          .other = torch::full({rows}, 0.5f)};
}

// A batch of two images with teachings about everything.
Batch TaughtBatch() {
  Batch batch = TinyBatch(2, kSeed);
  for (int i = 0; i < 2; ++i) {
    Teaching teaching;
    teaching.features = torch::randn({kCells, kTeacherWidth});
    teaching.mean = teaching.features.mean(0);
    teaching.visual = RandomTokens(kCells);
    teaching.relations = torch::randn({kCells, kCells});
    teaching.slots = torch::tensor({2 + i, 5}, torch::kInt64);
    teaching.replies = RandomTokens(2);
    batch.teachings.push_back(std::make_shared<const Teaching>(teaching));
  }
  return batch;
}

TEST(Distillation, EachLossIsOnlyComputedIfItsWeightIsOn) {
  Vlm model = TinyModel(kSeed);
  AddFeatureMap(model, kTeacherWidth);
  const Batch batch = TaughtBatch();
  struct Case {
    double DistilOptions::*weight;
    double DistilLosses::*loss;
  };
  const Case cases[] = {{&DistilOptions::features, &DistilLosses::features},
                        {&DistilOptions::relations, &DistilLosses::relations},
                        {&DistilOptions::logits, &DistilLosses::logits},
                        {&DistilOptions::visual_logits, &DistilLosses::visual_logits},
                        {&DistilOptions::visual_relations, &DistilLosses::visual_relations}};
  for (const Case& wanted : cases) {
    DistilOptions options;
    options.supervised = 0;
    options.*wanted.weight = 3;
    const Losses losses = StepLosses(
        model, batch, {{Phase::kAll, 1, 1}, 2, torch::zeros({4}, torch::kInt64)}, options);
    for (const Case& other : cases) {
      const bool is_on = other.loss == wanted.loss;
      EXPECT_EQ(losses.distil.*other.loss > 0, is_on);
    }
    EXPECT_NEAR(losses.total.item<double>(), 3 * losses.distil.*wanted.loss,
                32 * kFloatEpsilon * losses.distil.*wanted.loss);
    EXPECT_EQ(losses.text, 0);
  }
}

TEST(Distillation, RepliesAreReadAtTheirSlots) {
  Vlm model = TinyModel(kSeed);
  const Batch batch = TaughtBatch();
  DistilOptions options;
  options.logits = 1;
  const std::int64_t slots = batch.ids.size(1) * batch.ids.size(2);
  const torch::Tensor hidden = torch::randn({2 * slots, model->shape.decoder.width});
  DistilLosses losses;
  ReplyDistillation(model->decoder, hidden, batch, options, losses);
  const torch::Tensor at = torch::tensor({2L, 5L, slots + 3, slots + 5});
  const NextTokens& first = batch.teachings[0]->replies;
  const NextTokens& second = batch.teachings[1]->replies;
  const NextTokens joined = {
      .ids = torch::cat({first.ids, second.ids}),
      .probabilities = torch::cat({first.probabilities, second.probabilities}),
      .other = torch::cat({first.other, second.other})};
  EXPECT_EQ(
      losses.logits,
      NextTokenLoss(model->decoder->Logits(hidden.index_select(0, at)), joined, 1).item<double>());
}

TEST(Distillation, ABatchWithoutTaughtRepliesHasNoGradient) {
  Vlm model = TinyModel(kSeed);
  Batch batch = TinyBatch(1, kSeed);
  batch.teachings.push_back(std::make_shared<const Teaching>());
  DistilOptions options;
  options.supervised = 0;
  options.logits = 1;
  const Losses losses = StepLosses(
      model, batch, {{Phase::kDecoder, 0, 1}, 1, torch::zeros({4}, torch::kInt64)}, options);
  EXPECT_EQ(losses.total.item<double>(), 0);
  EXPECT_TRUE(losses.total.requires_grad()) << "the step calls backward";
}

TEST(Distillation, TheFeatureMapIsTrainedButNotPartOfTheModel) {
  const std::string folder = ::testing::TempDir() + "feature_map";
  std::filesystem::create_directories(folder);
  Vlm model = TinyModel(kSeed);
  AddFeatureMap(model, kTeacherWidth);
  ASSERT_FALSE(SaveModel(folder, model));
  Vlm plain = TinyModel(kSeed + 1);
  const auto error = LoadModel(folder, plain);
  ASSERT_FALSE(error) << error->message;
  EXPECT_EQ(plain->parameters().size() + 2, model->parameters().size());
  EXPECT_TRUE(torch::equal(plain->decoder->token_embd->weight, model->decoder->token_embd->weight));

  Vlm of_another_teacher = TinyModel(kSeed + 2);
  AddFeatureMap(of_another_teacher, kTeacherWidth + 1);
  const auto failed = LoadParts(folder, of_another_teacher);
  ASSERT_FALSE(failed) << failed->message;
  EXPECT_TRUE(torch::equal(of_another_teacher->decoder->token_embd->weight,
                           model->decoder->token_embd->weight));
}

}  // namespace
}  // namespace edgevlm::train
