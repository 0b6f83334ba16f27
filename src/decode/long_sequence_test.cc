// Generations of a decoder with other rotary angles for long sequences.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/golden_files.h"
#include "decode/batch_decoder.h"
#include "model/families.h"
#include "tokenizer/load_tokenizer.h"

namespace edgevlm {
namespace {

constexpr int kShortContext = 256;  // of the model

class LongSequenceTest : public ::testing::Test {
 protected:
  // The most likely token after these, from a sequence of exactly so many rows.
  int Next(std::span<const int> tokens) {
    const int vocabulary = decoder_->shape().vocabulary;
    Sequence sequence(*decoder_, static_cast<int>(tokens.size()));
    sequence.ExpectRows(static_cast<int>(tokens.size()));
    std::vector<float> logits(static_cast<std::size_t>(vocabulary));
    const Input input = {.tokens = tokens};
    Batch(*decoder_).AddAll(sequence, {&input, 1}, {logits.data(), 1, vocabulary}, {.pool = pool_});
    return static_cast<int>(std::ranges::max_element(logits) - logits.begin());
  }

  std::vector<int> Prompt(int rows) const {
    std::vector<int> tokens;
    for (int i = 0; i < rows; ++i) tokens.push_back((7 + 53 * i) % 1000);
    return tokens;
  }

  const MappedFile mapped_ = OpenGolden("families/phi3-text.gguf");
  const GgufFile file_ = *GgufFile::Parse(mapped_.bytes());
  const std::unique_ptr<const Decoder> decoder_ = *LoadDecoder(file_);
  const Tokenizer tokenizer_ = *LoadTokenizer(file_);
  ThreadPool pool_{2};
};

// Every token must be the one that the whole text so far gives, on both sides of the border.
TEST_F(LongSequenceTest, ASequenceThatGrowsLongIsComputedAgain) {
  ASSERT_EQ(decoder_->shape().short_context, kShortContext);
  const std::vector<int> prompt = Prompt(kShortContext - 5);
  std::vector<int> expected = prompt;
  constexpr int kTokens = 12;
  for (int i = 0; i < kTokens; ++i) expected.push_back(Next(expected));

  Sequence sequence(*decoder_, 300);
  sequence.ExpectRows(static_cast<int>(prompt.size()));
  const std::vector<Input> inputs = {{.tokens = prompt}};
  Generation generation(sequence, inputs, {.tokenizer = tokenizer_, .ends = {}},
                        {.max_tokens = kTokens, .temperature = 0}, {});
  BatchDecoder batch_decoder(*decoder_);
  int times = 0;
  Generation* const generations[] = {&generation};
  while (!generation.finished()) {
    batch_decoder.Step(generations, 100, edgevlm::Run{.pool = pool_});
    if (!generation.must_start_over()) continue;
    EXPECT_FALSE(sequence.is_long());
    EXPECT_EQ(sequence.positions(), kShortContext);
    generation.StartOver(inputs);
    EXPECT_TRUE(sequence.is_long());
    ++times;
  }
  EXPECT_EQ(times, 1);
  const std::vector<int> tokens = generation.MoveResult().tokens;
  EXPECT_TRUE(std::ranges::equal(tokens, std::span(expected).last(kTokens)));
}

TEST_F(LongSequenceTest, ALongPromptIsLongFromItsFirstRow) {
  std::vector<int> prompt = Prompt(kShortContext + 1);
  Sequence sequence(*decoder_, 300);
  EXPECT_FALSE(sequence.WouldBeLong(kShortContext));
  EXPECT_TRUE(sequence.WouldBeLong(kShortContext + 1));
  sequence.ExpectRows(kShortContext + 1);
  Generation generation(sequence, {{.tokens = prompt}}, {.tokenizer = tokenizer_, .ends = {}},
                        {.max_tokens = 1, .temperature = 0}, {});
  BatchDecoder batch_decoder(*decoder_);
  Generation* const generations[] = {&generation};
  while (!generation.finished()) batch_decoder.Step(generations, 100, edgevlm::Run{.pool = pool_});
  EXPECT_EQ(generation.MoveResult().tokens, std::vector<int>{Next(prompt)});
}

}  // namespace
}  // namespace edgevlm
