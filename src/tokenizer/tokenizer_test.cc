#include "tokenizer/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tokenizer/byte_spelling.h"
#include "tokenizer/words.h"

namespace edgevlm {
namespace {

constexpr int kBytes = 256;

// The 256 bytes in order, the merges' results from 256 on, then "<|image|>".
Vocabulary BytesAndMerges(std::vector<std::string> merges) {
  Vocabulary vocabulary;
  for (int byte = 0; byte < kBytes; ++byte) {
    vocabulary.tokens.push_back(SpellBytes(std::string(1, static_cast<char>(byte))));
  }
  for (const std::string& merge : merges) {
    std::string joined = merge;
    joined.erase(joined.find(' '), 1);
    vocabulary.tokens.push_back(joined);
  }
  vocabulary.merges = std::move(merges);
  vocabulary.tokens.push_back("<|image|>");
  vocabulary.specials = {"<|image|>"};
  return vocabulary;
}

Tokenizer SmallTokenizer() {
  Result<Tokenizer> tokenizer = Tokenizer::Create(
      BytesAndMerges({"o g", "d og", "Ġ dog", "a a", "aa a", "d o", "n d", "a nd", "Ġ and"}));
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

TEST(SpellBytes, SpellsAsGpt2Does) {
  EXPECT_EQ(SpellBytes(" dog\n"), "ĠdogĊ");
  EXPECT_EQ(SpellBytes("\x7F\xA0\xAD\xFF"), "ġłŃÿ");
  std::string all;
  for (int byte = 0; byte < kBytes; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(UnspellBytes(SpellBytes(all)), all);
  EXPECT_EQ(UnspellBytes("a b"), std::nullopt);  // a space spells no byte
  EXPECT_EQ(UnspellBytes("語"), std::nullopt);
  EXPECT_EQ(UnspellBytes("\xFF"), std::nullopt);
}

TEST(Tokenizer, MergesInTheOrderOfTheList) {
  const Tokenizer tokenizer = SmallTokenizer();
  EXPECT_EQ(tokenizer.Encode("dog dog"), (std::vector<int>{257, 258}));  // not "do" + "g"
  EXPECT_EQ(tokenizer.Encode("aaaaa"), (std::vector<int>{259, 260}));    // leftmost pairs first
  EXPECT_EQ(tokenizer.Encode("aaaaaa"), (std::vector<int>{259, 259, 259}));
  EXPECT_EQ(tokenizer.Encode("do"), (std::vector<int>{261}));
  EXPECT_EQ(tokenizer.Encode(""), std::vector<int>{});
}

// The definition, applied to each word: the lowest-ranked merge that applies anywhere, at its
// leftmost position.
std::vector<int> EncodeByDefinition(const Vocabulary& vocabulary, std::string_view text) {
  std::vector<int> ids;
  for (const std::string_view word : SplitWords(text)) {
    std::vector<std::string> pieces;
    for (const char byte : word) pieces.push_back(SpellBytes(std::string(1, byte)));
    for (bool merged = true; merged;) {
      merged = false;
      for (const std::string& merge : vocabulary.merges) {
        for (std::size_t i = 1; i < pieces.size() && !merged; ++i) {
          if (pieces[i - 1] + " " + pieces[i] != merge) continue;
          pieces[i - 1] += pieces[i];
          pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(i));
          merged = true;
        }
        if (merged) break;
      }
    }
    for (const std::string& piece : pieces) {
      const auto found = std::find(vocabulary.tokens.begin(), vocabulary.tokens.end(), piece);
      ids.push_back(static_cast<int>(found - vocabulary.tokens.begin()));
    }
  }
  return ids;
}

TEST(Tokenizer, AgreesWithTheDefinitionAndRoundTrips) {
  const Vocabulary vocabulary = BytesAndMerges(
      {"a b", "b a", "ab a", "a a", "Ġ a", "Ġa b", "b b", "ba ba", "aa aa", "ab ab", "Ġab bb"});
  const Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  ASSERT_TRUE(tokenizer.ok());
  std::mt19937_64 rng(23);
  constexpr std::string_view kLetters = "aaabbb \xFF";
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) text += kLetters[rng() % kLetters.size()];
    const std::vector<int> ids = tokenizer->Encode(text);
    ASSERT_EQ(ids, EncodeByDefinition(vocabulary, text)) << "round " << round << ": " << text;
    ASSERT_EQ(tokenizer->Decode(ids), text);
  }
}

TEST(Tokenizer, RoundTripsAnyBytes) {
  const Tokenizer tokenizer = SmallTokenizer();
  std::mt19937_64 rng(29);
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += static_cast<char>(rng() % kBytes);
    ASSERT_EQ(tokenizer.Decode(tokenizer.Encode(text)), text) << "round " << round;
  }
}

TEST(Tokenizer, KeepsTypedSpecialsText) {
  const Tokenizer tokenizer = SmallTokenizer();
  const std::optional<int> image = tokenizer.Special("<|image|>");
  ASSERT_EQ(image, 265);
  EXPECT_EQ(tokenizer.Special("<|sound|>"), std::nullopt);
  EXPECT_EQ(tokenizer.Special("a"), std::nullopt);
  const std::vector<int> ids = tokenizer.Encode("<|image|>");
  EXPECT_EQ(std::count(ids.begin(), ids.end(), *image), 0);
  EXPECT_EQ(tokenizer.Decode(ids), "<|image|>");
  EXPECT_EQ(tokenizer.Decode(std::vector<int>{*image, 257, -1, 266}), "dog");
}

TEST(Tokenizer, EncodesOneLongWordInReasonableTime) {
  const std::string text(100000, 'a');  // hours if every merge walked the whole word
  const Tokenizer tokenizer = SmallTokenizer();
  const std::vector<int> ids = tokenizer.Encode(text);
  EXPECT_EQ(ids.size(), text.size() / 2);
  EXPECT_EQ(tokenizer.Decode(ids), text);
}

TEST(Tokenizer, RejectsCorruptVocabularies) {
  const auto expect_error = [](const Vocabulary& vocabulary, const char* part) {
    const Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
    ASSERT_FALSE(tokenizer.ok()) << part;
    EXPECT_EQ(tokenizer.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(tokenizer.error().message.find(part), std::string::npos) << tokenizer.error().message;
  };
  const Vocabulary good = BytesAndMerges({"a b"});
  expect_error({}, "expected tokens, found none");
  Vocabulary broken = good;
  broken.tokens[65] = "B";
  expect_error(broken, "token 66");
  broken = good;
  broken.tokens[65] = "two words";
  expect_error(broken, "token 65");
  broken = good;
  broken.tokens[65] = "";
  expect_error(broken, "token 65");
  broken = good;
  broken.tokens.resize(1);
  broken.tokens[0] = "ab";
  broken.merges.clear();
  broken.specials.clear();
  expect_error(broken, "expected tokens for bytes, found none");
  broken = good;
  broken.types = {TokenType::kNormal};
  expect_error(broken, "token types: expected 258, found 1");
  broken = good;
  broken.merges = {"< |image|>"};
  broken.tokens.push_back("|image|>");
  expect_error(broken, "merge 0: expected a token of text");
  broken = good;
  broken.eos = 258;
  expect_error(broken, "eos token: expected an id from 0 to 257, found 258");
  broken = good;
  broken.bos = -1;
  expect_error(broken, "bos token");
  broken = good;
  broken.add_bos = true;
  expect_error(broken, "add_bos: expected a bos token");
  broken = good;
  broken.specials = {"<|sound|>"};
  expect_error(broken, "<|sound|>");
  for (const char* merge : {"a c", "ab", "", " ", "a  b", "a b c"}) {
    broken = good;
    broken.merges = {merge};
    expect_error(broken, "merge 0");
  }
}

TEST(Tokenizer, NamesTheKindsThatItKnows) {
  Vocabulary vocabulary = BytesAndMerges({});
  vocabulary.pre_tokenizer = "klingon";
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(tokenizer.error().message,
            "tokenizer: pre-tokenizer: expected 'default', 'gpt-2', 'llama-bpe', 'llama3', "
            "'llama-v3', 'qwen2', 'deepseek-r1-qwen' or 'smollm', found 'klingon'");
  vocabulary.model = "t5";
  tokenizer = Tokenizer::Create(vocabulary);
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().message, "tokenizer: model: expected 'gpt2' or 'llama', found 't5'");
}

TEST(Tokenizer, MessagesStayOneShortLine) {
  Vocabulary vocabulary = BytesAndMerges({});
  vocabulary.merges = {std::string(100000, '\n')};
  const Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().message,
            "tokenizer: merge 0: expected two tokens that join to a third, found '" +
                std::string(64, '?') + "'");
}

TEST(Tokenizer, DropsBytesWithoutAToken) {
  Vocabulary vocabulary = BytesAndMerges({"a b"});
  vocabulary.tokens['x'] = "xx";
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ(tokenizer->Encode("axb"), (std::vector<int>{'a', 'b'}));
  vocabulary.unknown = 7;
  tokenizer = Tokenizer::Create(vocabulary);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ(tokenizer->Encode("axb"), (std::vector<int>{'a', 7, 'b'}));
}

TEST(Tokenizer, IgnoresMergesForWholeWordsAsLlama3) {
  Vocabulary vocabulary = BytesAndMerges({"a b"});
  vocabulary.tokens.push_back("Ġcat");  // 258: no merge leads to it
  EXPECT_EQ(Tokenizer::Create(vocabulary)->Encode(" cat"), (std::vector<int>{' ', 'c', 'a', 't'}));
  vocabulary.pre_tokenizer = "llama-bpe";
  EXPECT_EQ(Tokenizer::Create(vocabulary)->Encode(" cat"), (std::vector<int>{258}));
}

// "<|image|>" is 257, then come the user-defined "<row>" 258 and "<row>s" 259, and "<|im_end|>"
// 260.
Tokenizer WithUserDefined() {
  Vocabulary vocabulary = BytesAndMerges({"a b"});
  vocabulary.types.resize(vocabulary.tokens.size(), TokenType::kNormal);
  for (const char* name : {"<row>", "<row>s", "<|im_end|>"}) {
    vocabulary.tokens.push_back(name);
    vocabulary.types.push_back(TokenType::kUserDefined);
  }
  vocabulary.eos = 0;
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

TEST(Tokenizer, KeepsUserDefinedTokensWhole) {
  const Tokenizer tokenizer = WithUserDefined();
  EXPECT_EQ(tokenizer.Encode("ab<row>ab"), (std::vector<int>{256, 258, 256}));
  EXPECT_EQ(tokenizer.Encode("<row>s<row>"), (std::vector<int>{259, 258}));  // the longest
  EXPECT_EQ(tokenizer.Encode("<row"), (std::vector<int>{'<', 'r', 'o', 'w'}));
  EXPECT_EQ(tokenizer.Decode(tokenizer.Encode("ab<row>s <row>")), "ab<row>s <row>");
  EXPECT_EQ(tokenizer.Special("<row>"), 258);
  EXPECT_EQ(tokenizer.SpecialName(258), "<row>");
  EXPECT_EQ(tokenizer.SpecialName(256), "");
}

TEST(Tokenizer, ATokenThatEndsRepliesIsAlwaysControl) {
  const Tokenizer tokenizer = WithUserDefined();
  const std::vector<int> typed = tokenizer.Encode("<|im_end|>");
  EXPECT_EQ(std::count(typed.begin(), typed.end(), 260), 0);
  EXPECT_EQ(tokenizer.EncodeMarkup("<|im_end|>"), (std::vector<int>{260}));
  EXPECT_EQ(std::vector<int>(tokenizer.ends().begin(), tokenizer.ends().end()),
            (std::vector<int>{0, 260}));
}

TEST(Tokenizer, FindsControlTokensInMarkupOnly) {
  using Kind = PromptPiece::Kind;
  const Tokenizer tokenizer = WithUserDefined();
  EXPECT_EQ(tokenizer.EncodeMarkup("ab<|image|>ab"), (std::vector<int>{256, 257, 256}));
  // Typed text stays text, even if together with markup it forms the name of a token; merges cross
  // the border.
  const std::vector<PromptPiece> pieces = {{.kind = Kind::kMarkup, .text = "<|image|>a"},
                                           {.kind = Kind::kText, .text = "b<|image|><|im"},
                                           {.kind = Kind::kMarkup, .text = "age|>"}};
  std::vector<int> expected = {257, 256};
  for (const char byte : std::string("<|image|><|image|>")) expected.push_back(byte);
  EXPECT_EQ(tokenizer.EncodePieces(pieces), expected);
  EXPECT_EQ(tokenizer.EncodePieces({}), std::vector<int>{});
}

}  // namespace
}  // namespace edgevlm
