#include "decode/generate.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <limits>
#include <memory>

#include "edgevlm/grammar.h"
#include "model/testing/tiny_model.h"
#include "tokenizer/byte_spelling.h"

namespace edgevlm {
namespace {

// A decoder that follows a script: after n tokens it predicts script[n], whatever they were.
class ScriptedDecoder final : public Decoder {
 public:
  ScriptedDecoder(std::vector<int> script, int vocabulary)
      : Decoder({.context = static_cast<int>(script.size()),
                 .width = 1,
                 .blocks = 1,
                 .heads = 1,
                 .kv_heads = 1,
                 .head_width = 1,
                 .vocabulary = vocabulary}),
        script_(std::move(script)) {}

  // x = the position.
  void Embed(std::span<const TokenSpan> batch, View<float> x, const Run&) const override {
    int row = 0;
    for (const TokenSpan& span : batch) {
      for (int i = 0; i < span.rows(); ++i) {
        x.Row(row++)[0] = static_cast<float>(span.first_position + i);
      }
    }
  }

  void RunBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<float> x,
                 Workspace& workspace, const Run& run) const override {
    SkipBlocks(batch, blocks, x, workspace, run);
  }

  void SkipBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<const float> x,
                  Workspace&, const Run&) const override {
    int row = 0;
    for (const TokenSpan& span : batch) {
      const View<const float> rows = x.Rows(row, span.rows());
      for (int i = blocks.begin; i < blocks.end; ++i) span.cache->layer(i).Append(rows, rows);
      row += span.rows();
    }
  }

  void WriteLogits(View<const float> x, View<float> logits, Workspace&, const Run&) const override {
    for (int row = 0; row < logits.rows; ++row) {
      std::ranges::fill(logits.Row(row), 0.0f);
      const int token = script_[static_cast<std::size_t>(x.Row(row)[0])];
      logits.Row(row)[static_cast<std::size_t>(token)] = 1;
    }
  }

 private:
  std::vector<int> script_;
};

class GenerateTest : public ::testing::Test {
 protected:
  static constexpr int kEnd = 256;

  GenerateTest() {
    Vocabulary vocabulary;
    for (int byte = 0; byte < 256; ++byte) {
      vocabulary.tokens.push_back(SpellBytes(std::string(1, static_cast<char>(byte))));
    }
    vocabulary.tokens.push_back("<|end|>");
    vocabulary.specials = {"<|end|>"};
    Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
    CHECK(tokenizer.ok());
    tokenizer_.emplace(*std::move(tokenizer));
  }

  // A model that generates `text` byte by byte, then ends; with a prompt of one token.
  GenerationResult Emit(std::string_view text, const DecodeOptions& options,
                        const OnText& on_text = {}) {
    std::vector<int> script;
    for (const char c : text) script.push_back(static_cast<unsigned char>(c));
    script.push_back(kEnd);
    const ScriptedDecoder decoder(script, 257);
    Sequence sequence(decoder, decoder.shape().context);
    BatchDecoder batch_decoder(decoder);
    const int prompt = 0;
    Generation generation(sequence, {{.tokens = {&prompt, 1}}},
                          {.tokenizer = *tokenizer_, .ends = {&kEnd, 1}}, options, on_text);
    return Generate(batch_decoder, generation, edgevlm::Run{.pool = pool_});
  }

  std::optional<Tokenizer> tokenizer_;
  ThreadPool pool_{1};
};

TEST_F(GenerateTest, EndsWithTheEndToken) {
  const GenerationResult result = Emit(" a red ball", {.max_tokens = 100});
  EXPECT_EQ(result.text, "a red ball");
  EXPECT_EQ(result.finish_reason, FinishReason::kEndOfText);
  EXPECT_EQ(std::ssize(result.tokens), 12);
}

// A control token in the middle of a reply, which ends nothing.
TEST_F(GenerateTest, ShownTokensArePartOfTheText) {
  const ScriptedDecoder decoder({'a', kEnd, 'b', 'b', 'b'}, 257);
  const auto emit = [&](DecodeOptions options) {
    options.max_tokens = 3;
    Sequence sequence(decoder, decoder.shape().context);
    BatchDecoder batch_decoder(decoder);
    const int prompt = 0;
    Generation generation(sequence, {{.tokens = {&prompt, 1}}},
                          {.tokenizer = *tokenizer_, .ends = {}}, options, {});
    return Generate(batch_decoder, generation, edgevlm::Run{.pool = pool_}).text;
  };
  EXPECT_EQ(emit({}), "ab");
  EXPECT_EQ(emit({.shown_tokens = {"<|nope|>", "<|end|>"}}), "a<|end|>b");
  GrammarBuilder builder;
  Grammar::Sequence text;
  builder.Append("a<|end|>b", text);
  builder.AddAlternative(0, std::move(text));
  const auto grammar = std::make_shared<const Grammar>(builder.Finish());
  EXPECT_EQ(emit({.shown_tokens = {"<|end|>"}, .grammar = grammar}), "a<|end|>b");
}

// Of a token's log-probability (LogProbability).
constexpr double kError = (257 + 8) * FLT_EPSILON;

// Of 257 logits one is 1 and the others are 0.
TEST_F(GenerateTest, AddsUpTheProbabilitiesOfItsTokens) {
  EXPECT_EQ(Emit("a dog", {}).log_probability, std::nullopt);
  const double each = 1 - std::log(std::exp(1.0) + 256);
  const auto whole = Emit("a dog", {.with_probability = true}).log_probability;
  ASSERT_TRUE(whole.has_value());
  EXPECT_NEAR(*whole, 6 * each, 6 * kError) << "five bytes and the end";
  const auto hot =
      Emit("a dog", {.max_tokens = 2, .temperature = 0.001f, .with_probability = true});
  EXPECT_NEAR(hot.log_probability.value_or(0), 2 * each, 2 * kError) << "before temperature";
}

// Neither bias nor temperature changes what is recorded.
TEST_F(GenerateTest, RecordsHowTokensWereChosen) {
  EXPECT_TRUE(Emit("dog", {}).choices.empty());
  EXPECT_EQ(Emit("dog", {.alternatives = 0}).choices.size(), 3u) << "without the end token";
  const DecodeOptions options = {.max_tokens = 3,
                                 .logit_bias = {{.token = 'd', .bias = 5}},
                                 .temperature = 0.001f,
                                 .alternatives = 2};
  const GenerationResult result = Emit("dog", options);
  ASSERT_EQ(result.choices.size(), 3u);
  const double likely = 1 - std::log(std::exp(1.0) + 256);
  const TokenChoice& second = result.choices[1];
  EXPECT_EQ(second.chosen.token, 'd') << "2 with the bias is not below 1";
  EXPECT_NEAR(second.chosen.log_probability, likely - 1, kError);
  ASSERT_EQ(second.likeliest.size(), 2u);
  EXPECT_EQ(second.likeliest[0].text, "o");
  EXPECT_NEAR(second.likeliest[0].log_probability, likely, kError);
  EXPECT_EQ(second.likeliest[1].token, 0) << "the first of the others";
}

TEST_F(GenerateTest, NamesTheEndTokenAmongTheLikeliest) {
  const GenerationResult result = Emit("a", {.min_tokens = 2, .alternatives = 1});
  ASSERT_EQ(result.choices.size(), 2u);
  EXPECT_EQ(result.choices[1].likeliest[0].text, "<|end|>");
}

TEST_F(GenerateTest, BiasChangesWhatIsChosen) {
  const float never = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(Emit("dog", {.logit_bias = {{'o', -2}, {'u', 0.5f}}}).text, "dug");
  EXPECT_EQ(Emit("dog", {.logit_bias = {{'o', never}, {'u', 0.5f}, {-1, 9}, {1000, 9}}}).text,
            "dug");
}

TEST_F(GenerateTest, MayBeKeptFromEnding) {
  EXPECT_EQ(std::ssize(Emit("a dog", {.max_tokens = 6, .ignore_end = true}).tokens), 6);
  const GenerationResult early = Emit("ab", {.max_tokens = 9, .min_tokens = 2});
  EXPECT_EQ(early.finish_reason, FinishReason::kEndOfText);
  const GenerationResult late = Emit("ab", {.max_tokens = 3, .min_tokens = 3});
  EXPECT_EQ(late.finish_reason, FinishReason::kMaxTokens);
}

// A grammar that wants nothing but the end gets it; what it allows is chosen though it is unwanted.
TEST_F(GenerateTest, GrammarsComeFirst) {
  GrammarBuilder builder;
  Grammar::Sequence sequence;
  builder.Append("ox", sequence);
  builder.AddAlternative(0, std::move(sequence));
  const auto grammar = std::make_shared<const Grammar>(builder.Finish());
  const float never = -std::numeric_limits<float>::infinity();
  const GenerationResult result = Emit(
      "dog", {.ignore_end = true, .logit_bias = {{'o', never}, {'d', 100}}, .grammar = grammar});
  EXPECT_EQ(result.text, "ox");
  EXPECT_EQ(result.finish_reason, FinishReason::kEndOfText);
}

TEST_F(GenerateTest, EndsAtMaxTokens) {
  const GenerationResult result = Emit(" a red ball", {.max_tokens = 3});
  EXPECT_EQ(result.text, "a ");
  EXPECT_EQ(result.finish_reason, FinishReason::kMaxTokens);
  EXPECT_EQ(std::ssize(result.tokens), 3);
}

TEST_F(GenerateTest, EndsBeforeAStopString) {
  const GenerationResult result = Emit(" a red ball", {.max_tokens = 100, .stop = {"d b", "x"}});
  EXPECT_EQ(result.text, "a re");
  EXPECT_EQ(result.finish_reason, FinishReason::kStopString);
  EXPECT_EQ(std::ssize(result.tokens), 8);
}

TEST_F(GenerateTest, ShowsWhatLookedLikeAStopStringWhenItEnds) {
  const GenerationResult result = Emit(" a re", {.max_tokens = 5, .stop = {"red"}});
  EXPECT_EQ(result.text, "a re");
  EXPECT_EQ(result.finish_reason, FinishReason::kMaxTokens);
}

TEST_F(GenerateTest, EndsWhenCancelled) {
  std::string shown;
  const GenerationResult result =
      Emit(" a red ball", {.max_tokens = 100}, [&](std::string_view piece) {
        shown += piece;
        return shown.size() < 4;
      });
  EXPECT_EQ(shown, "a re");
  EXPECT_EQ(result.text, "a re");
  EXPECT_EQ(result.finish_reason, FinishReason::kCancelled);
}

TEST_F(GenerateTest, WaitsForWholeCharacters) {
  std::vector<std::string> pieces;
  Emit(" \xE2\x82\xAC!", {.max_tokens = 100}, [&](std::string_view piece) {
    pieces.emplace_back(piece);
    return true;
  });
  EXPECT_EQ(pieces, (std::vector<std::string>{"\xE2\x82\xAC", "!"}));
}

TEST_F(GenerateTest, EndsWhenTheContextIsFull) {
  // The script's length is the context, which has no capacity for the last token.
  std::vector<int> script(5, 'x');
  const ScriptedDecoder decoder(script, 257);
  Sequence sequence(decoder, decoder.shape().context);
  BatchDecoder batch_decoder(decoder);
  const int prompt = 0;
  Generation generation(sequence, {{.tokens = {&prompt, 1}}},
                        {.tokenizer = *tokenizer_, .ends = {&kEnd, 1}}, {.max_tokens = 100}, {});
  const GenerationResult result = Generate(batch_decoder, generation, edgevlm::Run{.pool = pool_});
  EXPECT_EQ(result.text, "xxxxx");
  EXPECT_EQ(result.finish_reason, FinishReason::kContextFull);
}

}  // namespace
}  // namespace edgevlm
