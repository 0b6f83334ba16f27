#include "measure/collect_importance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "engine/testing/tiny_engine.h"
#include "gguf/reader.h"
#include "model/testing/tiny_llama.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kWindowTokens = 8;

std::vector<std::byte> ImportanceModel() {
  const TinyModel source = TinyWithTokenizer();
  TinyLlama model({.vocabulary = static_cast<int>(TinyTokens().size()), .head_width = 32});
  for (const auto& [key, value] : source.keys) {
    if (key.starts_with("tokenizer.")) model.keys[key] = value;
  }
  return model.ToBytes();
}

NamedFile Named(std::string_view text) {
  return {"text", std::as_bytes(std::span(text.data(), text.size()))};
}

struct ImportanceFixture {
  std::vector<std::byte> bytes = ImportanceModel();

  ImportanceWork Work(std::vector<NamedFile> texts) const {
    return {.load =
                [this](ActivationStats& stats) {
                  return Engine::Load(
                      bytes,
                      {.threads = 2, .precision = Precision::kFloat32, .activation_stats = &stats});
                },
            .texts = std::move(texts),
            .window_tokens = kWindowTokens};
  }
};

constexpr std::string_view kText = "the cat of number 12 and the cat of number 13";

TEST(CollectImportance, SeesEveryMatrixWithEveryRow) {
  const ImportanceFixture fixture;
  int done = 0, total = 0;
  ImportanceWork work = fixture.Work({Named(kText), Named(kText)});
  work.max_windows = 2;
  work.on_done = [&](int so_far, int all) { done = so_far, total = all; };
  const auto matrix = CollectImportance(work);
  ASSERT_TRUE(matrix) << matrix.error().message;
  EXPECT_EQ(matrix->chunks, 4u);
  EXPECT_EQ(done, 4);
  EXPECT_EQ(total, 4);
  EXPECT_EQ(matrix->datasets.size(), 2u);
  for (const char* tensor : {"blk.0.attn_q.weight", "blk.0.attn_k.weight", "blk.0.attn_v.weight",
                             "blk.0.attn_output.weight", "blk.0.ffn_gate.weight",
                             "blk.0.ffn_up.weight", "blk.0.ffn_down.weight", "output.weight"}) {
    const auto found = matrix->entries.find(tensor);
    ASSERT_NE(found, matrix->entries.end()) << tensor;
    EXPECT_EQ(found->second.counts.front(), 4 * kWindowTokens) << tensor;
    for (const float sum : found->second.sums) EXPECT_GT(sum, 0) << tensor;
  }
}

// RmsNorm makes the mean square of each row 1 before its gain: with the gains taken out, so is the
// mean over all inputs.
TEST(CollectImportance, SumsSquaresOfWhatIsMultiplied) {
  const ImportanceFixture fixture;
  const auto matrix = CollectImportance(fixture.Work({Named(kText)}));
  ASSERT_TRUE(matrix) << matrix.error().message;
  const auto file = GgufFile::Parse(fixture.bytes);
  const auto gains = ToFloats(*file->Tensor("blk.0.attn_norm.weight"));
  const std::vector<float> means = matrix->entries.at("blk.0.attn_q.weight").MeanSquares();
  ASSERT_EQ(means.size(), gains->size());
  double sum = 0;
  for (std::size_t i = 0; i < means.size(); ++i) sum += means[i] / std::pow((*gains)[i], 2);
  EXPECT_NEAR(sum / static_cast<double>(means.size()), 1.0, 1e-4);
  EXPECT_EQ(means, matrix->entries.at("blk.0.attn_v.weight").MeanSquares());
}

TEST(CollectImportance, NamesTheFileThatIsTooShort) {
  const ImportanceFixture fixture;
  const auto matrix = CollectImportance(fixture.Work({Named("a")}));
  ASSERT_FALSE(matrix);
  EXPECT_THAT(matrix.error().message, HasSubstr("text: text: expected at least a window"));
  EXPECT_FALSE(CollectImportance(fixture.Work({})));
}

TEST(CollectImportance, NeedsFloat32) {
  const ImportanceFixture fixture;
  ImportanceWork work = fixture.Work({Named(kText)});
  work.load = [&](ActivationStats& stats) {
    return Engine::Load(fixture.bytes, {.threads = 1, .activation_stats = &stats});
  };
  EXPECT_THAT(CollectImportance(work).error().message, HasSubstr("expected the precision f32"));
}

}  // namespace
}  // namespace edgevlm
