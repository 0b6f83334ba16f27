#include "decode/exit_pass.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "decode/generate.h"
#include "decode/testing/byte_model.h"
#include "model/testing/batch.h"

namespace edgevlm {
namespace {

// The tiny model with each of its two blocks twice.
std::unique_ptr<const Decoder> FourBlocks() {
  TinyModel model(kBytes);
  const auto two = model.tensors;
  for (const auto& [name, tensor] : two) {
    if (name.starts_with("blk.0.")) model.tensors["blk.2." + name.substr(6)] = tensor;
    if (name.starts_with("blk.1.")) model.tensors["blk.3." + name.substr(6)] = tensor;
  }
  model.keys[keys::BlockCount("gpt2")] = std::uint32_t{4};
  const std::vector<std::byte> bytes = model.ToBytes();
  auto decoder = LoadDecoder(*GgufFile::Parse(bytes));
  CHECK(decoder.ok());
  return *std::move(decoder);
}

// Exits at given points.
class GivenRule final : public ExitRule {
 public:
  using Says = std::function<bool(const ExitPoint&)>;
  explicit GivenRule(Says says) : says_(std::move(says)) {}
  bool Leaves(const ExitPoint& point) const override { return says_(point); }

 private:
  Says says_;
};

ExitPlan PlanOf(std::vector<int> exits, GivenRule::Says says) {
  ExitPlan plan;
  plan.exits = std::move(exits);
  plan.rule = std::make_unique<GivenRule>(std::move(says));
  return plan;
}

// A sequence, and the results of its last row in a pass.
struct Text {
  explicit Text(const Decoder& decoder)
      : cache(decoder.cache_shape()), logits(1, decoder.shape().vocabulary) {}

  SequenceCache cache;
  std::vector<int> tokens;
  Buffer logits;
  int blocks = 0;
};

class ExitPassTest : public ::testing::Test {
 protected:
  // Adds tokens to each text, all in one pass; single tokens may exit.
  void Pass(const ExitPlan& plan, const std::vector<Text*>& texts,
            const std::vector<std::vector<int>>& tokens) {
    std::vector<TokenSpan> batch;
    std::vector<bool> may_leave;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      batch.push_back({.cache = &texts[i]->cache,
                       .first_position = texts[i]->cache.positions(),
                       .tokens = tokens[i],
                       .logits_rows = 1});
      may_leave.push_back(tokens[i].size() == 1);
    }
    Buffer logits(static_cast<int>(texts.size()), kBytes);
    std::vector<int> blocks(texts.size());
    ExitPass(*decoder_, plan)
        .Forward(batch, may_leave, {.logits = logits.view(), .blocks = blocks}, workspace_, run_);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      std::ranges::copy(logits.view().Row(static_cast<int>(i)), texts[i]->logits.values.begin());
      texts[i]->blocks = blocks[i];
    }
  }

  Text After(const ExitPlan& plan, const std::vector<int>& prompt) {
    Text text(*decoder_);
    Pass(plan, {&text}, {prompt});
    return text;
  }

  const std::unique_ptr<const Decoder> decoder_ = FourBlocks();
  const ExitPlan never_ = PlanOf({1, 2, 3}, [](const ExitPoint&) { return false; });
  const std::vector<int> prompt_ = RandomTokens(9, kBytes, 1);
  Workspace workspace_;
  ThreadPool pool_{1};
  const edgevlm::Run run_{.pool = pool_};
};

TEST_F(ExitPassTest, WhoStaysGetsAWholePass) {
  Text text = After(never_, prompt_);
  Pass(never_, {&text}, {{7}});
  EXPECT_EQ(text.blocks, 4);

  SequenceCache cache(decoder_->cache_shape());
  std::vector<int> tokens = prompt_;
  tokens.push_back(7);
  const TokenSpan span = {.cache = &cache, .tokens = tokens, .logits_rows = 1};
  Buffer expected(1, kBytes);
  decoder_->Forward({&span, 1}, expected.view(), workspace_, run_);
  EXPECT_EQ(text.logits.values, expected.values);
}

TEST_F(ExitPassTest, WhoLeavesSaysWhatTheExitSays) {
  for (const int exit : {1, 2, 3}) {
    const ExitPlan plan =
        PlanOf({1, 2, 3}, [exit](const ExitPoint& point) { return point.blocks == exit; });
    Text text = After(plan, prompt_);
    EXPECT_EQ(text.blocks, 4) << "a prompt goes all the way";
    Text parts = After(never_, prompt_);
    Pass(plan, {&text}, {{7}});
    EXPECT_EQ(text.blocks, exit);

    const int token = 7;
    const TokenSpan span = {
        .cache = &parts.cache, .first_position = parts.cache.positions(), .tokens = {&token, 1}};
    Buffer x(1, TinyModel::kWidth), expected(1, kBytes);
    decoder_->Embed({&span, 1}, x.view(), run_);
    decoder_->RunBlocks({&span, 1}, {0, exit}, x.view(), workspace_, run_);
    decoder_->WriteLogits(x.view(), expected.view(), workspace_, run_);
    decoder_->SkipBlocks({&span, 1}, {exit, 4}, x.view(), workspace_, run_);
    EXPECT_EQ(text.logits.values, expected.values) << exit;

    // Later tokens read its keys and values.
    for (int layer = 0; layer < 4; ++layer) EXPECT_EQ(text.cache.layer(layer).positions(), 10);
    Pass(never_, {&text}, {{8}});
    Pass(never_, {&parts}, {{8}});
    EXPECT_EQ(text.logits.values, parts.logits.values) << exit;
  }
}

TEST_F(ExitPassTest, TheRuleIsToldWhatTheExitSays) {
  std::vector<int> asked;
  const ExitPlan plan = PlanOf({1, 3}, [&](const ExitPoint& point) {
    float sum = 0;
    for (const float share : point.probabilities) sum += share;
    EXPECT_NEAR(sum, 1, 1e-4);
    EXPECT_EQ(point.probabilities.size(), static_cast<std::size_t>(kBytes));
    EXPECT_EQ(point.position, 9);
    asked.push_back(point.blocks);
    return false;
  });
  Text text = After(plan, prompt_);
  EXPECT_TRUE(asked.empty()) << "a prompt is not asked";
  Pass(plan, {&text}, {{7}});
  EXPECT_EQ(asked, (std::vector<int>{1, 3}));
}

// Some exit at each exit, some never, one prefills meanwhile: all results are as alone.
TEST_F(ExitPassTest, RowsLeaveForThemselves) {
  const ExitPlan plan = PlanOf({1, 2, 3}, [](const ExitPoint& point) {
    return (point.position + point.blocks) % 5 < 2 && point.position % 4 != 3;
  });
  const std::vector<int> lengths = {3, 4, 5, 6, 7, 8};
  std::deque<Text> together, alone;
  std::vector<Text*> texts;
  for (const int length : lengths) {
    const auto prompt = RandomTokens(length, kBytes, static_cast<unsigned>(length));
    texts.push_back(&together.emplace_back(After(plan, prompt)));
    alone.push_back(After(plan, prompt));
  }
  std::vector<int> exits_at(5);
  for (int step = 0; step < 6; ++step) {
    std::vector<std::vector<int>> tokens;
    for (int i = 0; i < 6; ++i) tokens.push_back({10 * step + i});
    tokens[static_cast<std::size_t>(step)] = RandomTokens(5, kBytes, 70);
    Pass(plan, texts, tokens);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Pass(plan, {&alone[i]}, {tokens[i]});
      EXPECT_EQ(together[i].blocks, alone[i].blocks) << "step " << step << ", text " << i;
      EXPECT_EQ(together[i].logits.values, alone[i].logits.values) << "step " << step;
      ++exits_at[static_cast<std::size_t>(alone[i].blocks)];
    }
  }
  for (const int blocks : {1, 2, 3, 4}) EXPECT_GT(exits_at[static_cast<std::size_t>(blocks)], 2);
}

TEST_F(ExitPassTest, GenerationsCountWhatTheyLeaveOut) {
  const Tokenizer tokenizer = ByteTokenizer();
  const ExitPlan plan =
      PlanOf({1, 3}, [](const ExitPoint& point) { return point.position % 3 == point.blocks % 3; });
  const DecodeOptions options = {.max_tokens = 7, .temperature = 3, .seed = 2};
  BatchDecoder batch_decoder(*decoder_, &plan);
  Sequence sequence(*decoder_, TinyModel::kContext);
  Generation generation(sequence, {{.tokens = prompt_}}, {.tokenizer = tokenizer, .ends = {}},
                        options, {});
  const GenerationResult result = Generate(batch_decoder, generation, run_);
  // One of the prompt, then positions 9 to 14: 3, 1, 4, 3, 1, 4 blocks.
  EXPECT_EQ(result.early_tokens, 4);
  EXPECT_EQ(result.blocks, 4 + 3 + 1 + 4 + 3 + 1 + 4);
}

}  // namespace
}  // namespace edgevlm
