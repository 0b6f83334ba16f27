// Positions that GPT-2 leaves out because nothing is read there.
#include <gtest/gtest.h>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/tiny_llama.h"
#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

constexpr int kVocabulary = 53;
constexpr int kWidth = TinyModel::kWidth;

std::unique_ptr<Decoder> Load(const TinyFile& tiny) {
  const std::vector<std::byte> bytes = tiny.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  auto decoder = LoadDecoder(*file);
  CHECK(decoder.ok());
  return *std::move(decoder);
}

std::vector<float> LogitsOf(const Decoder& decoder, const std::vector<int>& tokens) {
  ThreadPool pool(1);
  Workspace workspace;
  SequenceCache cache(decoder.cache_shape());
  Buffer logits(static_cast<int>(tokens.size()), kVocabulary);
  const TokenSpan span = {
      .cache = &cache, .tokens = tokens, .logits_rows = static_cast<int>(tokens.size())};
  decoder.Forward({&span, 1}, logits.view(), workspace, {.pool = pool});
  return logits.values;
}

TEST(Gpt2Positions, WhatIsReadStandsWhereItWasLearnt) {
  const TinyModel model(kVocabulary);
  const auto decoder = Load(model);
  const std::vector<int> kept = {1, 4, 5};
  EXPECT_EQ(decoder->LeaveOutPositions(kept, 8), 5);
  // The same model with the vectors of these positions in front, and those behind the image next.
  TinyModel moved = model;
  const std::vector<float>& before = model.Values("position_embd.weight");
  std::vector<float>& positions = moved.tensors["position_embd.weight"].values;
  int next = 0;
  for (const int from : {1, 4, 5, 8, 9, 10, 11}) {
    std::copy_n(before.begin() + from * kWidth, kWidth, positions.begin() + next++ * kWidth);
  }
  const std::vector<int> tokens = {7, 8, 9, 10, 11, 12, 13};
  EXPECT_EQ(LogitsOf(*decoder, tokens), LogitsOf(*Load(moved), tokens));
  EXPECT_NE(LogitsOf(*decoder, tokens), LogitsOf(*Load(model), tokens));
}

TEST(Gpt2Positions, TurnedKeysNeedNoChange) {
  const TinyLlama model{};
  const auto decoder = Load(model);
  const std::vector<int> kept = {1, 4, 5};
  const std::vector<int> tokens = {7, 8, 9};
  const std::vector<float> before = LogitsOf(*decoder, tokens);
  EXPECT_EQ(decoder->LeaveOutPositions(kept, 8), 0);
  EXPECT_EQ(LogitsOf(*decoder, tokens), before);
}

}  // namespace
}  // namespace edgevlm
