#include "train/vocabulary/train_bpe.h"

#include <gtest/gtest.h>

#include <random>

#include "train/testing/parse_texts.h"
#include "train/vocabulary/corpus.h"

namespace edgevlm::train {
namespace {

constexpr int kSpecials = static_cast<int>(kSpecialTokens.size());

std::vector<std::string> RandomCorpus(int count) {
  std::mt19937_64 rng(31);
  std::vector<Scene> scenes;
  for (int i = 0; i < count; ++i) scenes.push_back(RandomScene(rng));
  return CorpusTexts(scenes, 7);
}

TEST(TrainBpe, MergesTheMostFrequentPairFirst) {
  const std::vector<std::string> texts = {"ab ab ab", "bc bc", "x"};
  const Vocabulary vocabulary = TrainBpe(texts, 400);
  // "ab" occurs three times; then "bc" and " ab" twice each, and a space has the lower id.
  ASSERT_GE(vocabulary.merges.size(), 3u);
  EXPECT_EQ(vocabulary.merges[0], "a b");
  EXPECT_EQ(vocabulary.merges[1], "Ġ ab");
  EXPECT_EQ(vocabulary.merges[2], "b c");
  // No pair occurs twice after that.
  EXPECT_EQ(vocabulary.merges.size(), 3u);
  EXPECT_EQ(vocabulary.tokens.size(), 256u + 3 + kSpecials);
}

TEST(TrainBpe, EndsWithTheSpecialTokens) {
  const Vocabulary vocabulary = TrainBpe(RandomCorpus(50), 300);
  ASSERT_EQ(vocabulary.tokens.size(), 300u);
  const Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  for (int i = 0; i < kSpecials; ++i) {
    EXPECT_EQ(tokenizer->Special(kSpecialTokens[static_cast<std::size_t>(i)]), 300 - kSpecials + i);
  }
}

TEST(TrainBpe, MakesCommonWordsOneToken) {
  const Result<Tokenizer> tokenizer = Tokenizer::Create(TrainBpe(RandomCorpus(1000), 1000));
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  const std::string name = std::string(" ") + ThingNames()[0].name;
  for (const std::string& word :
       {name, std::string(" display"), std::string(" red"), std::string(" picture"),
        std::string("how"), std::string("yes")}) {
    EXPECT_EQ(tokenizer->Encode(word).size(), 1u) << word;
  }
  EXPECT_EQ(tokenizer->Encode("a display that reads 4 2 7").size(), 7u);
  EXPECT_EQ(tokenizer->Encode("4 2 7").size(), 3u);
}

TEST(TrainBpe, FollowsFromTheTexts) {
  const Vocabulary first = TrainBpe(RandomCorpus(100), 500);
  const Vocabulary second = TrainBpe(RandomCorpus(100), 500);
  EXPECT_EQ(first.tokens, second.tokens);
  EXPECT_EQ(first.merges, second.merges);
}

}  // namespace
}  // namespace edgevlm::train
