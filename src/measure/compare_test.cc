#include "measure/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/testing/tiny_engine.h"
#include "model/testing/tiny_llama.h"

namespace edgevlm {
namespace {

// A text-only model whose heads are wide enough for every cache policy.
std::vector<std::byte> TextModel() {
  const TinyModel source = TinyWithTokenizer();
  TinyLlama model({.vocabulary = static_cast<int>(TinyTokens().size()), .head_width = 32});
  for (const auto& [key, value] : source.keys) {
    if (key.starts_with("tokenizer.")) model.keys[key] = value;
  }
  return model.ToBytes();
}

std::vector<CompareRow> CompareModel(const std::vector<std::byte>& bytes,
                                     std::span<const std::byte> image) {
  const auto load = [&](const EngineOptions& options) { return Engine::Load(bytes, options); };
  const CompareWork work = {
      .load = load, .plain = {.threads = 1}, .image = image, .max_tokens = 16};
  const auto rows = Compare(work, [](const std::string&) {});
  EXPECT_TRUE(rows) << rows.error().message;
  return rows ? *rows : std::vector<CompareRow>();
}

const CompareRow* Find(const std::vector<CompareRow>& rows, std::string_view name) {
  const auto found = std::ranges::find(rows, name, &CompareRow::name);
  return found == rows.end() ? nullptr : &*found;
}

TEST(Compare, AStoryIsLongEnoughForCachesToLoseWords) {
  const std::vector<CompareRow> rows = CompareModel(TextModel(), {});
  ASSERT_FALSE(rows.empty());
  // 320 positions in proportion: 228 for the prompt, of which caches keep half.
  EXPECT_EQ(rows[0].prompt_tokens, TinyLlama::kContext * 320 / 448);
  EXPECT_EQ(rows[0].prompt_tokens + rows[0].followed_tokens, TinyLlama::kContext);
  EXPECT_EQ(rows[0].divergence, 0.0);
  for (const char* name : {"--cache q8_0", "--cache q4", "--cache h2o:0.5", "--cache snapkv:114",
                           "--cache pyramid:114", "--cache window:114"}) {
    const CompareRow* row = Find(rows, name);
    ASSERT_NE(row, nullptr) << name;
    EXPECT_EQ(row->refusal, "") << name;
    EXPECT_GT(row->divergence, 0.0) << name;
    EXPECT_LE(row->cache_bytes, rows[0].cache_bytes) << name;
  }
  EXPECT_LT(Find(rows, "--cache q8_0")->cache_bytes, rows[0].cache_bytes);
  EXPECT_FALSE(Find(rows, "--speculate ngram")->divergence);
  EXPECT_EQ(Find(rows, "--tome 16"), nullptr) << "there is no image encoder";
  for (const CompareRow& row : rows) {
    EXPECT_TRUE(row.divergence != 0.0 || row.same_reply) << row.name;
  }
}

// Exits at which any token is chosen: their loss is measured.
TEST(Compare, EarlyExitsTakePart) {
  const std::vector<std::byte> bytes = TextModel();
  const auto load = [&](const EngineOptions& options) {
    EngineOptions engine = options;
    engine.early_exit.layers = {1};
    engine.early_exit.threshold = 0.001f;
    return Engine::Load(bytes, engine);
  };
  const auto rows = Compare({.load = load, .plain = {.threads = 1}}, [](const std::string&) {});
  ASSERT_TRUE(rows) << rows.error().message;
  const CompareRow* row = Find(*rows, "--early-exit exit");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->refusal, "");
  EXPECT_GT(row->divergence, 0.01);
}

TEST(Compare, AnImageIsFollowedByWhatIsSaidAboutIt) {
  const std::vector<std::byte> image = TinyImage(20, 20, 3);
  const std::vector<CompareRow> rows = CompareModel(TinyWithTokenizer().ToBytes(), image);
  ASSERT_FALSE(rows.empty());
  EXPECT_GT(rows[0].prompt_tokens, 1);
  EXPECT_GE(rows[0].followed_tokens, 1);
  EXPECT_EQ(rows[0].divergence, 0.0);
}

}  // namespace
}  // namespace edgevlm
