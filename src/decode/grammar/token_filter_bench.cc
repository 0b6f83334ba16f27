// Measures what a grammar costs per token, by the size of the vocabulary.
#include <benchmark/benchmark.h>

#include <optional>
#include <string>

#include "base/check.h"
#include "decode/grammar/token_filter.h"
#include "tokenizer/byte_spelling.h"

namespace edgevlm {
namespace {

constexpr int kBytes = 256;
constexpr int kLetters = 26;
constexpr int kLongest = 1000;
constexpr int kTaken = 300;  // tokens of a text, whose letters fit kLongest

// All bytes, then words of 2 to 4 letters.
Tokenizer WordTokenizer(int size) {
  Vocabulary vocabulary;
  for (int i = 0; i < size; ++i) {
    std::string bytes(1, static_cast<char>(i));
    if (i >= kBytes) {
      bytes = "a";
      for (int rest = i - kBytes; rest > 0; rest /= kLetters) {
        bytes += static_cast<char>('a' + rest % kLetters);
      }
    }
    vocabulary.tokens.push_back(SpellBytes(bytes));
  }
  vocabulary.tokens[kBytes] = SpellBytes("aa");
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

// Letters, at most kLongest: no state of the matcher comes twice, and all words fit.
std::shared_ptr<const Grammar> LettersUpTo() {
  GrammarBuilder builder;
  Grammar::Bytes letters;
  for (int c = 'a'; c <= 'z'; ++c) letters.set(static_cast<std::size_t>(c));
  int rule = 0;
  for (int i = 0; i < kLongest; ++i) {
    const int next = builder.AddRule();
    builder.AddAlternative(rule, {});
    builder.AddAlternative(rule, {builder.Set(letters), GrammarBuilder::Rule(next)});
    rule = next;
  }
  builder.AddAlternative(rule, {});
  return std::make_shared<const Grammar>(builder.Finish());
}

// "yes" again and again: few words fit, and each state comes again.
std::shared_ptr<const Grammar> Yeses() {
  GrammarBuilder builder;
  Grammar::Sequence yes;
  builder.Append("yes", yes);
  yes.push_back(GrammarBuilder::Rule(0));
  builder.AddAlternative(0, {});
  builder.AddAlternative(0, yes);
  return std::make_shared<const Grammar>(builder.Finish());
}

void Filter(benchmark::State& state, const std::shared_ptr<const Grammar>& grammar,
            std::string_view text) {
  const Tokenizer tokenizer = WordTokenizer(static_cast<int>(state.range(0)));
  const ShownTokens none_shown(tokenizer, {});
  std::optional<TokenFilter> filter;
  std::size_t taken = kTaken;
  for (auto _ : state) {
    if (taken == kTaken) {
      filter.emplace(grammar, tokenizer, tokenizer.ends(), none_shown);
      taken = 0;
    }
    benchmark::DoNotOptimize(filter->Allowed());
    filter->Accept(static_cast<unsigned char>(text[taken++ % text.size()]));
  }
}

BENCHMARK_CAPTURE(Filter, many_fit, LettersUpTo(), "a")->Arg(32'000)->Arg(151'936);
BENCHMARK_CAPTURE(Filter, few_fit, Yeses(), "yes")->Arg(32'000)->Arg(151'936);

}  // namespace
}  // namespace edgevlm
