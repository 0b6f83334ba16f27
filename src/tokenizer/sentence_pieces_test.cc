#include "tokenizer/sentence_pieces.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tokenizer/tokenizer.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr int kFirstByte = 3;
constexpr int kFirstPiece = kFirstByte + 256;

// <unk> <s> </s>, the bytes, then the pieces with falling scores: -1, -2, ...
Vocabulary BytesAndPieces(const std::vector<std::string>& pieces) {
  Vocabulary vocabulary;
  vocabulary.model = "llama";
  const auto add = [&](const std::string& name, float score, TokenType type) {
    vocabulary.tokens.push_back(name);
    vocabulary.scores.push_back(score);
    vocabulary.types.push_back(type);
  };
  add("<unk>", 0, TokenType::kUnknown);
  add("<s>", 0, TokenType::kControl);
  add("</s>", 0, TokenType::kControl);
  constexpr char kHex[] = "0123456789ABCDEF";
  for (int byte = 0; byte < 256; ++byte) {
    add(std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">", 0, TokenType::kByte);
  }
  float score = 0;
  for (const std::string& piece : pieces) add(piece, score -= 1, TokenType::kNormal);
  vocabulary.unknown = 0;
  vocabulary.bos = 1;
  vocabulary.eos = 2;
  vocabulary.add_space_prefix = true;
  return vocabulary;
}

Tokenizer Make(const Vocabulary& vocabulary) {
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

// The names of a text's tokens, joined by "|".
std::string Pieces(const Vocabulary& vocabulary, const std::vector<int>& ids) {
  std::string names;
  for (const int id : ids) {
    names += (names.empty() ? "" : "|") + vocabulary.tokens[static_cast<std::size_t>(id)];
  }
  return names;
}

const std::vector<std::string> kPieces = {"▁d", "▁do", "og", "x", "a", "aa", "aaa",
                                          "b",  "o",   "g",  "d", "▁", "c",  "do"};

TEST(SentencePieces, MergesTheHighestScoreFirst) {
  const Vocabulary vocabulary = BytesAndPieces(kPieces);
  const Tokenizer tokenizer = Make(vocabulary);
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode("dog")), "▁do|g");
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode("dog dog")), "▁do|g|▁do|g");
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode("bdog")), "▁|b|d|og");
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode("baaaaab")), "▁|b|aa|aaa|b");
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode(" d")), "▁|▁d");
  EXPECT_EQ(tokenizer.Encode(""), std::vector<int>{});
}

TEST(SentencePieces, FallsBackToByteTokens) {
  const Vocabulary vocabulary = BytesAndPieces(kPieces);
  const Tokenizer tokenizer = Make(vocabulary);
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode("aé\n")), "▁|a|<0xC3>|<0xA9>|<0x0A>");
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode("\xFF")), "▁|<0xFF>");
  Vocabulary without = vocabulary;
  without.tokens[kFirstByte + 0xA9] = "é!";
  without.types[kFirstByte + 0xA9] = TokenType::kNormal;
  EXPECT_EQ(Pieces(without, Make(without).Encode("é")), "▁|<0xC3>|<unk>");
  without.unknown.reset();
  EXPECT_EQ(Pieces(without, Make(without).Encode("é")), "▁|<0xC3>");
}

TEST(SentencePieces, TypedNamesStayText) {
  std::vector<std::string> pieces = {"<s", "</s", "<0x0A", "<", "s", ">", "/", "0", "x", "A", "▁"};
  const Vocabulary vocabulary = BytesAndPieces(pieces);
  const Tokenizer tokenizer = Make(vocabulary);
  for (const char* text : {"<s>", "</s>", "<0x0A>", "<unk>"}) {
    for (const int id : tokenizer.Encode(text)) EXPECT_GE(id, kFirstByte) << text;
    EXPECT_EQ(tokenizer.Decode(tokenizer.Encode(text)), text);
  }
  EXPECT_EQ(Pieces(vocabulary, tokenizer.EncodeMarkup("<s>s</s>")), "<s>|▁|s|</s>");
}

TEST(SentencePieces, EveryTextAfterASpecialTokenStartsWithASpace) {
  Vocabulary vocabulary = BytesAndPieces(kPieces);
  vocabulary.tokens.push_back("<row>");
  vocabulary.scores.push_back(0);
  vocabulary.types.push_back(TokenType::kUserDefined);
  const Tokenizer tokenizer = Make(vocabulary);
  EXPECT_EQ(Pieces(vocabulary, tokenizer.Encode("b<row>do<row>")), "▁|b|<row>|▁do|<row>");
  EXPECT_EQ(Pieces(vocabulary, tokenizer.EncodeMarkup("<s>do</s> b")), "<s>|▁do|</s>|▁|▁|b");
  EXPECT_EQ(tokenizer.Decode(tokenizer.Encode("b<row>do<row> b")), "b<row>do<row> b");
  vocabulary.add_space_prefix = false;
  const Tokenizer plain = Make(vocabulary);
  EXPECT_EQ(Pieces(vocabulary, plain.Encode("do<row>do")), "do|<row>|do");
  EXPECT_EQ(plain.Decode(plain.Encode(" do")), " do");
}

TEST(SentencePieces, DecodeDropsTheSpaceThatEncodeAdds) {
  const Tokenizer tokenizer = Make(BytesAndPieces(kPieces));
  std::vector<int> ids = tokenizer.Encode("dog");
  EXPECT_EQ(tokenizer.Bytes(ids[0]), " do");
  EXPECT_EQ(tokenizer.Decode(ids), "dog");
  ids.insert(ids.begin(), 1);
  EXPECT_EQ(tokenizer.Decode(ids), "dog");
  EXPECT_EQ(tokenizer.Decode(std::vector<int>{-1, kFirstPiece, 99999, 0, 2}), "d");
}

TEST(SentencePieces, RoundTripsAnyText) {
  const Tokenizer tokenizer = Make(BytesAndPieces(kPieces));
  std::mt19937_64 rng(31);
  constexpr std::string_view kLetters = "aaabdog  <>s/\n\xC3\xA9\xFF";
  for (int round = 0; round < 1000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) {
      text += kLetters[rng() % kLetters.size()];
      const auto point = static_cast<char32_t>(rng() % 0x11000);
      if (i % 3 == 0 && point != 0x2581 && (point < 0xD800 || point > 0xDFFF)) {
        AppendCodePoint(point, text);
      }
    }
    ASSERT_EQ(tokenizer.Decode(tokenizer.Encode(text)), text) << "round " << round;
  }
}

TEST(SentencePieces, EncodesOneLongWordInReasonableTime) {
  const Tokenizer tokenizer = Make(BytesAndPieces(kPieces));
  const std::string text(20000, 'a');  // minutes if every merge walked the whole text
  EXPECT_EQ(tokenizer.Decode(tokenizer.Encode(text)), text);
}

TEST(SentencePieces, RejectsCorruptVocabularies) {
  const auto expect_error = [](const Vocabulary& vocabulary, const char* part) {
    const Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
    ASSERT_FALSE(tokenizer.ok()) << part;
    EXPECT_EQ(tokenizer.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(tokenizer.error().message.find(part), std::string::npos) << tokenizer.error().message;
  };
  const Vocabulary good = BytesAndPieces(kPieces);
  Vocabulary broken = good;
  broken.scores.clear();
  expect_error(broken, "scores: expected 273, found 0");
  broken = good;
  broken.scores[260] = std::numeric_limits<float>::quiet_NaN();
  expect_error(broken, "score of token 260");
  broken = good;
  broken.scores[260] = std::numeric_limits<float>::infinity();
  expect_error(broken, "score of token 260");
  broken = good;
  broken.tokens[262] = broken.tokens[261];
  expect_error(broken, "token 262: expected a new token");
  broken = good;
  broken.tokens[262].clear();
  expect_error(broken, "token 262: expected a name");
  broken = good;
  broken.unknown = 273;
  expect_error(broken, "unknown token: expected an id from 0 to 272, found 273");
  for (const char* name : {"<0x-1>", "<0xZZ>", "<0x1>", "<0x100>", "<0x 1>", "0x01", "<0x+1>"}) {
    broken = good;
    broken.tokens[5] = name;
    expect_error(broken, "byte token 5");
  }
}

}  // namespace
}  // namespace edgevlm
