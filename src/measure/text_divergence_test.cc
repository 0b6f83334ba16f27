#include "measure/text_divergence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "edgevlm/count_tokens.h"
#include "engine/testing/tiny_engine.h"
#include "model/testing/tiny_llama.h"

namespace edgevlm {
namespace {

constexpr int kWindow = 64, kWindows = 2;

// A text-only model whose heads are wide enough for every cache policy.
std::vector<std::byte> TextFile(bool adds_bos = false) {
  const TinyModel source = TinyWithTokenizer();
  TinyLlama model({.vocabulary = static_cast<int>(TinyTokens().size()), .head_width = 32});
  for (const auto& [key, value] : source.keys) {
    if (key.starts_with("tokenizer.")) model.keys[key] = value;
  }
  model.keys[std::string(keys::kAddBosToken)] = adds_bos;
  return model.ToBytes();
}

std::string Text() {
  std::string text;
  for (int i = 0; text.size() < 200; ++i) text += "the cat of number " + std::to_string(i * i);
  return text;
}

struct Fixture {
  std::vector<std::byte> bytes = TextFile();
  std::string text = Text();
  EngineOptions measured = {.threads = 2, .cache = *ParseCacheOptions("q4")};

  TextDivergenceWork Work() const {
    return {.load_reference = [this] { return Engine::Load(bytes, {.threads = 2}); },
            .load_measured = [this] { return Engine::Load(bytes, measured); },
            .text = text,
            .window_tokens = kWindow,
            .windows = kWindows};
  }
};

TextDivergence Measure(const TextDivergenceWork& work) {
  const auto result = MeasureTextDivergence(work);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result ? *result : TextDivergence();
}

// The same from whole tables of logits.
DivergenceSummary Expected(const Engine& reference, const Engine& measured, std::vector<int> text) {
  std::vector<RowComparison> rows;
  const auto vocabulary = static_cast<std::size_t>(reference.info().vocabulary_tokens);
  for (std::size_t window = 0; window < kWindows; ++window) {
    const std::span<const int> tokens = std::span(text).subspan(window * kWindow, kWindow);
    const auto p = *reference.Logits(tokens, nullptr), q = *measured.Logits(tokens, nullptr);
    for (std::size_t row = kWindow / 2; row + 1 < kWindow; ++row) {
      rows.push_back(CompareRows(std::span(p).subspan(row * vocabulary, vocabulary),
                                 std::span(q).subspan(row * vocabulary, vocabulary),
                                 tokens[row + 1]));
    }
  }
  return Summarize(rows);
}

TEST(TextDivergence, ComparesTheSecondHalves) {
  const Fixture fixture;
  const TextDivergenceWork work = fixture.Work();
  const Engine reference = *work.load_reference(), measured = *work.load_measured();
  const DivergenceSummary expected =
      Expected(reference, measured, TokenizeText(reference, fixture.text));
  const TextDivergence found = Measure(work);
  EXPECT_EQ(found.windows, kWindows);
  EXPECT_EQ(found.rows, kWindows * (kWindow / 2 - 1));
  EXPECT_GT(found.summary.mean, 0);
  EXPECT_DOUBLE_EQ(found.summary.mean, expected.mean);
  EXPECT_DOUBLE_EQ(found.summary.p99, expected.p99);
  EXPECT_DOUBLE_EQ(found.summary.same_token, expected.same_token);
  EXPECT_DOUBLE_EQ(found.summary.perplexity, expected.perplexity);
  EXPECT_DOUBLE_EQ(found.summary.reference_perplexity, expected.reference_perplexity);
}

TEST(TextDivergence, IsZeroAgainstItself) {
  Fixture fixture;
  fixture.measured = {.threads = 1};
  for (const bool single_tokens : {false, true}) {
    TextDivergenceWork work = fixture.Work();
    work.single_tokens = single_tokens;
    const DivergenceSummary summary = Measure(work).summary;
    EXPECT_EQ(summary.mean, 0);
    EXPECT_EQ(summary.p99, 0);
    EXPECT_EQ(summary.same_token, 1);
    EXPECT_EQ(summary.perplexity, summary.reference_perplexity);
  }
}

// A cache that keeps 8 positions of the prompt: only decoded tokens show it.
TEST(TextDivergence, SingleTokensReadWhatTheCacheKept) {
  Fixture fixture;
  fixture.measured.cache = *ParseCacheOptions("snapkv:8");
  TextDivergenceWork work = fixture.Work();
  EXPECT_EQ(Measure(work).summary.mean, 0);
  work.single_tokens = true;
  EXPECT_GT(Measure(work).summary.mean, 0);
}

TEST(TextDivergence, DoesNotDependOnTheMemoryAtHand) {
  const Fixture fixture;
  TextDivergenceWork work = fixture.Work();
  int loads = 0, last = 0, total = 0;
  const auto load = work.load_reference;
  work.load_reference = [&] { return ++loads, load(); };
  work.on_rows = [&](int done, int all) {
    EXPECT_GT(done, last);
    last = done;
    total = all;
  };
  const DivergenceSummary at_once = Measure(work).summary;
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(last, total);
  EXPECT_EQ(total, 2 * kWindows * (kWindow - 1));
  last = 0;
  work.reference_bytes = 1;
  work.single_tokens = true;  // the same bits, and as many rows
  const DivergenceSummary one_by_one = Measure(work).summary;
  EXPECT_EQ(loads, 1 + kWindows);
  EXPECT_EQ(last, total);
  EXPECT_EQ(at_once.mean, one_by_one.mean);
}

TEST(TextDivergence, EveryWindowBeginsAsTheVocabularySays) {
  Fixture fixture;
  fixture.bytes = TextFile(/*adds_bos=*/true);
  const TextDivergenceWork work = fixture.Work();
  const Engine reference = *work.load_reference(), measured = *work.load_measured();
  std::vector<int> tokens = TokenizeText(reference, fixture.text);
  const int bos = static_cast<int>(TinyTokens().size()) - kTinyControls;
  tokens.insert(tokens.begin(), bos);
  tokens[kWindow] = bos;
  EXPECT_DOUBLE_EQ(Measure(work).summary.mean, Expected(reference, measured, tokens).mean);
}

TEST(TextDivergence, TakesTheWindowsThatFit) {
  const Fixture fixture;
  TextDivergenceWork work = fixture.Work();
  work.windows = 100;
  const int tokens = static_cast<int>(TokenizeText(*work.load_reference(), fixture.text).size());
  EXPECT_EQ(Measure(work).windows, tokens / kWindow);
}

TEST(TextDivergence, RejectsWhatCannotBeCompared) {
  const Fixture fixture;
  const auto message = [](const TextDivergenceWork& work) {
    const auto result = MeasureTextDivergence(work);
    return result ? std::string() : result.error().message;
  };
  TextDivergenceWork work = fixture.Work();
  work.text = "the cat";
  EXPECT_EQ(message(work), "text: expected at least a window of 64 tokens, found 4");
  work = fixture.Work();
  work.window_tokens = TinyLlama::kContext + 1;
  EXPECT_EQ(message(work), "window: expected at most the context of 320 tokens, found 321");
  work = fixture.Work();
  const std::vector<std::byte> other = TextFile(/*adds_bos=*/true);
  work.load_measured = [&] { return Engine::Load(other, {.threads = 1}); };
  EXPECT_EQ(message(work), "vocabulary: expected the reference's tokens of the text, found others");
}

}  // namespace
}  // namespace edgevlm
