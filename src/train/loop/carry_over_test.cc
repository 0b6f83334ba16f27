#include "train/loop/carry_over.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"

namespace edgevlm::train {
namespace {

Run RunWith(Vocabulary vocabulary) {
  Run run{TinyShape(), std::move(vocabulary)};
  run.shape.decoder.vocabulary = static_cast<int>(run.vocabulary.tokens.size());
  return run;
}

std::int64_t IdOf(const Run& run, const std::string& token) {
  const auto found = std::ranges::find(run.vocabulary.tokens, token);
  EXPECT_NE(found, run.vocabulary.tokens.end()) << token;
  return found - run.vocabulary.tokens.begin();
}

TEST(CarryOver, KeepsEmbeddingsByTheirTexts) {
  const std::vector<std::string> few = {"ab", "ab"},
                                 more = {"ab", "ab", "ab", "AB", "AB", "abc", "abc"};
  const auto old_run = RunWith(TrainBpe(few, 400));
  auto run = RunWith(TrainBpe(more, 400));
  run.shape.decoder.context += 5;
  Vlm from = TinyModel(1, old_run.shape), into = TinyModel(2, run.shape);
  ASSERT_EQ(CarryOver(old_run, from, run, into), std::nullopt);

  const torch::Tensor old_tokens = from->decoder->token_embd->weight;
  const torch::Tensor tokens = into->decoder->token_embd->weight;
  const auto expect_same = [&](const std::string& token, const torch::Tensor& expected) {
    EXPECT_TRUE(torch::allclose(tokens[IdOf(run, token)], expected)) << token;
  };
  const torch::Tensor ab = old_tokens[IdOf(old_run, "ab")];
  expect_same("ab", ab);
  expect_same("AB", ab);
  expect_same("abc", (ab + old_tokens['c']) / 2);
  expect_same("<|endoftext|>", old_tokens[IdOf(old_run, "<|endoftext|>")]);
}

TEST(CarryOver, CopiesTheRest) {
  const std::vector<std::string> texts = {"ab ab ab"};
  const auto old_run = RunWith(TinyVocabulary());
  auto run = RunWith(TrainBpe(texts, 400));
  run.shape.decoder.context += 5;
  Vlm from = TinyModel(1, old_run.shape), into = TinyModel(2, run.shape);
  ShakeBatchNorms(from);
  ASSERT_EQ(CarryOver(old_run, from, run, into), std::nullopt);

  const torch::Tensor images = torch::rand({2, 3, 32, 32});
  from->eval(), into->eval();
  EXPECT_TRUE(torch::equal(from->Project(from->EncodeImages(images)),
                           into->Project(into->EncodeImages(images))));
  const torch::Tensor old_positions = from->decoder->position_embd->weight;
  EXPECT_TRUE(torch::equal(
      old_positions, into->decoder->position_embd->weight.narrow(0, 0, old_positions.size(0))));
  EXPECT_TRUE(torch::equal(from->decoder->blocks[1]->ffn_up->weight,
                           into->decoder->blocks[1]->ffn_up->weight));
}

TEST(CarryOver, GivesTheSameLogitsAsALargerModel) {
  const auto old_run = RunWith(TinyVocabulary());
  auto run = old_run;
  run.shape.encoder = EncoderSize::kMedium;
  run.shape.decoder.width *= 2;
  run.shape.decoder.heads *= 2;
  run.shape.decoder.blocks += 2;
  run.shape.decoder.context += 5;
  Vlm from = TinyModel(1, old_run.shape), into = TinyModel(2, run.shape);
  ShakeBatchNorms(from);
  ASSERT_EQ(CarryOver(old_run, from, run, into), std::nullopt);

  const torch::NoGradGuard no_grad;
  const Batch batch = TinyBatch(2, kSeed);
  const auto logits = [&](Vlm& model) {
    model->eval();
    const torch::Tensor cells = model->Project(model->EncodeImages(batch.images));
    return model->decoder->Logits(
        model->decoder(cells, batch.ids, batch.positions, batch.text_starts).last);
  };
  const torch::Tensor expected = logits(from);
  EXPECT_TRUE(
      torch::allclose(logits(into), expected, 1e-3, 1e-3 * expected.abs().max().item<double>()));
}

TEST(CarryOver, KeepsTheGridHeadsOfKnownThings) {
  const auto old_run = RunWith(TinyVocabulary());
  auto run = old_run;
  run.shape.things += 2;
  Vlm from = TinyModel(1, old_run.shape), into = TinyModel(2, run.shape);
  ASSERT_EQ(CarryOver(old_run, from, run, into), std::nullopt);
  const torch::Tensor features = torch::rand({1, 2, 2, old_run.shape.features});
  const GridPredictions before = from->PredictGrid(features), after = into->PredictGrid(features);
  EXPECT_TRUE(torch::allclose(before.cover, after.cover.narrow(3, 0, before.cover.size(3))));
  EXPECT_TRUE(torch::allclose(before.box, after.box));
  EXPECT_TRUE(torch::allclose(before.digit, after.digit));
}

}  // namespace
}  // namespace edgevlm::train
