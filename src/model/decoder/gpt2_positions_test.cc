// Positions that GPT-2 drops because their tokens are pruned.
#include <gtest/gtest.h>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/tiny_llama.h"
#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

constexpr int kGpt2Vocabulary = 53;
constexpr int kGpt2Width = TinyModel::kWidth;

std::unique_ptr<Decoder> LoadGpt2(const TinyFile& tiny, const DecoderOptions& options = {}) {
  const std::vector<std::byte> bytes = tiny.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  auto decoder = LoadDecoder(*file, options);
  CHECK(decoder.ok());
  return *std::move(decoder);
}

std::vector<float> LogitsOf(const Decoder& decoder, const std::vector<int>& tokens) {
  ThreadPool pool(1);
  Workspace workspace;
  SequenceCache cache(decoder.cache_shape());
  Buffer logits(static_cast<int>(tokens.size()), kGpt2Vocabulary);
  const TokenSpan span = {
      .cache = &cache, .tokens = tokens, .logits_rows = static_cast<int>(tokens.size())};
  decoder.Forward({&span, 1}, logits.view(), workspace, {.pool = pool});
  return logits.values;
}

TEST(Gpt2Positions, WhatIsReadStandsWhereItWasLearnt) {
  const TinyModel model(kGpt2Vocabulary);
  const auto decoder = LoadGpt2(model, {.kept_positions = {1, 4, 5}, .image_positions = 8});
  EXPECT_EQ(decoder->shape().context, LoadGpt2(model)->shape().context - 5);
  // The same model with the vectors of these positions first, followed by those after the image.
  TinyModel moved = model;
  const std::vector<float>& before = model.Values("position_embd.weight");
  std::vector<float>& positions = moved.tensors["position_embd.weight"].values;
  int next = 0;
  for (const int from : {1, 4, 5, 8, 9, 10, 11}) {
    std::copy_n(before.begin() + from * kGpt2Width, kGpt2Width,
                positions.begin() + next++ * kGpt2Width);
  }
  const std::vector<int> tokens = {7, 8, 9, 10, 11, 12, 13};
  EXPECT_EQ(LogitsOf(*decoder, tokens), LogitsOf(*LoadGpt2(moved), tokens));
  EXPECT_NE(LogitsOf(*decoder, tokens), LogitsOf(*LoadGpt2(model), tokens));
}

TEST(Gpt2Positions, AnImageBeyondTheContextChangesNothing) {
  const TinyModel model(kGpt2Vocabulary);
  const auto plain = LoadGpt2(model);
  const auto decoder =
      LoadGpt2(model, {.kept_positions = {1}, .image_positions = plain->shape().context + 1});
  const std::vector<int> tokens = {7, 8, 9};
  EXPECT_EQ(decoder->shape().context, plain->shape().context);
  EXPECT_EQ(LogitsOf(*decoder, tokens), LogitsOf(*plain, tokens));
}

TEST(Gpt2Positions, RotatedKeysNeedNoChange) {
  const TinyLlama model{};
  const auto decoder = LoadGpt2(model, {.kept_positions = {1, 4, 5}, .image_positions = 8});
  const std::vector<int> tokens = {7, 8, 9};
  EXPECT_EQ(decoder->shape().context, LoadGpt2(model)->shape().context);
  EXPECT_EQ(LogitsOf(*decoder, tokens), LogitsOf(*LoadGpt2(model), tokens));
}

}  // namespace
}  // namespace edgevlm
