#include "decode/grammar/token_filter.h"

#include <gtest/gtest.h>

#include "decode/generate.h"
#include "decode/testing/byte_model.h"

namespace edgevlm {
namespace {

// "a" any number of times, then "b".
std::shared_ptr<const Grammar> ManyAThenB() {
  GrammarBuilder builder;
  Grammar::Sequence more, last;
  builder.Append("a", more);
  more.push_back(GrammarBuilder::Rule(0));
  builder.Append("b", last);
  builder.AddAlternative(0, more);
  builder.AddAlternative(0, last);
  return std::make_shared<const Grammar>(builder.Finish());
}

TEST(TokenFilter, LetsFittingTokensThrough) {
  const Tokenizer tokenizer = ByteTokenizer();
  const int ends[] = {7};
  const ShownTokens shown(tokenizer, {});
  TokenFilter filter(ManyAThenB(), tokenizer, ends, shown);
  for (int i = 0; i < 3; ++i) {
    const std::vector<bool>& allowed = filter.Allowed();
    for (int token = 0; token < kBytes; ++token) {
      EXPECT_EQ(allowed[static_cast<std::size_t>(token)], token == 'a' || token == 'b') << token;
    }
    EXPECT_FALSE(filter.is_complete());
    filter.Accept('a');
  }
  filter.Accept('b');
  EXPECT_TRUE(filter.is_complete());
  EXPECT_TRUE(filter.Allowed()[7]);
  EXPECT_FALSE(filter.Allowed()['a']);
}

// A generation's text fits its grammar, whatever the model prefers.
TEST(TokenFilter, GenerationsKeepToTheirGrammar) {
  const auto decoder = ByteDecoder();
  const Tokenizer tokenizer = ByteTokenizer();
  for (const float temperature : {0.0f, 3.0f}) {
    GrammarBuilder builder;
    for (const char* word : {"yes", "no", "yellow"}) {
      Grammar::Sequence sequence;
      builder.Append(word, sequence);
      builder.AddAlternative(0, sequence);
    }
    const auto grammar = std::make_shared<const Grammar>(builder.Finish());
    Sequence sequence(*decoder, 32);
    const int prompt[] = {1, 2, 3};
    Generation generation(
        sequence, {{.tokens = prompt}}, {.tokenizer = tokenizer, .ends = {}},
        {.max_tokens = 20, .temperature = temperature, .seed = 1, .grammar = grammar}, {});
    BatchDecoder batch_decoder(*decoder);
    ThreadPool pool(1);
    const GenerationResult result = Generate(batch_decoder, generation, edgevlm::Run{.pool = pool});
    EXPECT_TRUE(Fits(*grammar, result.text)) << result.text;
    EXPECT_EQ(result.finish_reason, FinishReason::kEndOfText);
  }
}

}  // namespace
}  // namespace edgevlm
