#include "eval/scores/caption_scores.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "eval/scores/caption_tokens.h"
#include "eval/scores/testing/golden_scores.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

using Json = nlohmann::json;
using Tokens = std::vector<std::string>;

// Scores of other programs are compared to the last digits, since the order of sums differs.
constexpr double kTolerance = 1e-9;

std::string Joined(const Tokens& tokens) {
  std::string text;
  for (const std::string& token : tokens) text += (text.empty() ? "" : " ") + token;
  return text;
}

Tokens SplitTokens(const std::string& text) {
  const auto words = SplitAtSpace(text);
  return {words.begin(), words.end()};
}

std::vector<Tokens> AllTokens(const Json& texts) {
  std::vector<Tokens> tokens;
  for (const Json& text : texts) tokens.push_back(SplitTokens(text));
  return tokens;
}

void ExpectScores(const CaptionScores& scores, const Json& expected) {
  for (std::size_t n = 0; n < scores.bleu.size(); ++n) {
    EXPECT_NEAR(scores.bleu[n], expected.at("Bleu_" + std::to_string(n + 1)), kTolerance);
  }
  EXPECT_NEAR(scores.rouge_l, expected.at("ROUGE_L"), kTolerance);
  EXPECT_NEAR(scores.cider_d, expected.at("CIDEr"), kTolerance);
  if (expected.contains("METEOR_exact_stem_plain")) {
    EXPECT_NEAR(scores.meteor, expected.at("METEOR_exact_stem_plain"), kTolerance);
  }
}

// The corpus, every image's own scores, and every image as a corpus of its own (BLEU).
void ExpectCorpus(const Json& tokens, const Json& expected) {
  CaptionScorer scorer;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    SCOPED_TRACE("image " + std::to_string(i + 1));
    const auto references = AllTokens(tokens[i].at("references"));
    const Tokens candidate = SplitTokens(tokens[i].at("candidate"));
    const auto score = scorer.AddTokens(references, candidate);
    const Json& image = expected.at("images")[i];
    EXPECT_NEAR(score.rouge_l, image.at("ROUGE_L"), kTolerance);
    if (image.contains("METEOR_exact_stem_plain")) {
      EXPECT_NEAR(score.meteor, image.at("METEOR_exact_stem_plain"), kTolerance);
    }
    CaptionScorer alone;
    alone.AddTokens(references, candidate);
    for (std::size_t n = 0; n < kMaxNgram; ++n) {
      EXPECT_NEAR(alone.Scores().bleu[n], image.at("Bleu_" + std::to_string(n + 1)), kTolerance);
    }
  }
  ExpectScores(scorer.Scores(), expected.at("corpus"));
  const std::vector<double> cider = scorer.CiderOfImages();
  for (std::size_t i = 0; i < cider.size(); ++i) {
    EXPECT_NEAR(cider[i], expected.at("images")[i].at("CIDEr"), kTolerance) << i + 1;
  }
}

TEST(CaptionTokens, AreThoseOfTheReferenceProgram) {
  const Json captions = GoldenScores("captions.json").at("images");
  const Json tokens = GoldenScores("captions_tokens.json");
  ASSERT_EQ(captions.size(), tokens.size());
  for (std::size_t i = 0; i < captions.size(); ++i) {
    EXPECT_EQ(Joined(CaptionTokens(std::string(captions[i].at("candidate")))),
              tokens[i].at("candidate"));
    for (std::size_t r = 0; r < captions[i].at("references").size(); ++r) {
      EXPECT_EQ(Joined(CaptionTokens(std::string(captions[i].at("references")[r]))),
                tokens[i].at("references")[r]);
    }
  }
}

TEST(CaptionScores, AreThoseOfTheReferencePrograms) {
  ExpectCorpus(GoldenScores("captions_tokens.json"), GoldenScores("captions_expected.json"));
}

TEST(CaptionScores, AreThoseOfTheReferenceProgramsForTinyCorpora) {
  const Json corpora = GoldenScores("captions_edge.json");
  for (const auto& [name, corpus] : corpora.items()) {
    SCOPED_TRACE(name);
    ExpectCorpus(corpus.at("tokens"), corpus);
  }
}

TEST(ScoreCaptions, TokenizesAndSumsUp) {
  std::vector<CaptionedImage> images;
  const Json golden = GoldenScores("captions.json").at("images");
  for (const Json& image : golden) {
    images.push_back({image.at("references"), image.at("candidate")});
  }
  const auto scores = ScoreCaptions(images);
  ASSERT_TRUE(scores.ok()) << scores.error().message;
  ExpectScores(*scores, GoldenScores("captions_expected.json").at("corpus"));
  EXPECT_EQ(scores->images, 25);
  EXPECT_EQ(scores->cut, 0);
}

std::string CaptionError(const std::vector<std::string>& references) {
  CaptionScorer scorer;
  const auto added = scorer.Add(references, "a dog");
  EXPECT_FALSE(added.ok());
  EXPECT_EQ(scorer.Scores().images, 0);
  return added.ok() ? "" : added.error().message;
}

std::string Repeated(const std::string& word, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += word + " ";
  return text;
}

TEST(CaptionScores, RefuseWhatIsNoReference) {
  EXPECT_EQ(CaptionError({}), "caption: expected at least one reference, found none");
  EXPECT_EQ(CaptionError({"a dog", " .\n"}), "caption: reference 2: expected words, found ' .?'");
  EXPECT_EQ(CaptionError({Repeated("dog", 1001)}),
            "caption: tokens of reference 1: expected at most 1000, found 1001");
  EXPECT_EQ(CaptionError({std::string(70'000, 'x')}),
            "caption: bytes of reference 1: expected at most 65536, found 70000");
  EXPECT_EQ(CaptionError(std::vector<std::string>(101, Repeated("dog", 1000))),
            "caption: tokens of all references: expected at most 100000, found more");
  EXPECT_EQ(ScoreCaptions({}).error().message, "caption: expected at least one image, found none");
  const std::vector<CaptionedImage> images = {{{"a dog"}, "a dog"}, {{}, "a dog"}};
  EXPECT_EQ(ScoreCaptions(images).error().message,
            "image 2: caption: expected at least one reference, found none");
}

TEST(CaptionScores, CutLongCandidates) {
  CaptionScorer scorer;
  const std::vector<std::string> reference = {Repeated("dog", 1000)};
  ASSERT_TRUE(scorer.Add(reference, Repeated("dog", 1001)).ok());
  const CaptionScores scores = scorer.Scores();
  EXPECT_EQ(scores.cut, 1);
  EXPECT_NEAR(scores.bleu[3], 1, 1e-9);
  EXPECT_EQ(scores.rouge_l, 1);
  EXPECT_EQ(scores.meteor, 1);
}

TEST(CaptionScores, OfTheLongestTextsTakeBoundedTime) {
  // Every word can be matched with every other one: the most that the alignment can be asked for.
  CaptionScorer scorer;
  const std::vector<std::string> reference = {Repeated("run running", 500)};
  const auto score = scorer.Add(reference, Repeated("running run", 500));
  ASSERT_TRUE(score.ok());
  EXPECT_GT(score->meteor, 0.5);
}

TEST(CaptionScores, OfThousandsOfReferences) {
  std::vector<std::string> references(5000, "a cat on a mat");
  references[4321] = "a dog in the fog";
  CaptionScorer scorer;
  const auto score = scorer.Add(references, "a dog in the fog");
  ASSERT_TRUE(score.ok());
  EXPECT_EQ(score->rouge_l, 1);
  EXPECT_EQ(score->meteor, 1);
}

TEST(CaptionScores, OfBytesThatAreNotUtf8) {
  CaptionScorer scorer;
  const std::vector<std::string> reference = {"a \xFF\xC3 dog \xED\xA0\x80\xF5"};
  const auto score = scorer.Add(reference, "a dog");
  ASSERT_TRUE(score.ok());
  EXPECT_EQ(score->rouge_l, 1);
}

TEST(CaptionScores, OfNothing) {
  EXPECT_EQ(CaptionScorer().Scores().images, 0);
  CaptionScorer scorer;
  const std::vector<std::string> reference = {"a dog"};
  ASSERT_TRUE(scorer.Add(reference, "").ok());
  EXPECT_EQ(scorer.Scores().rouge_l, 0);
  EXPECT_EQ(scorer.Scores().meteor, 0);
  EXPECT_LT(scorer.Scores().bleu[0], 1e-6);
}

}  // namespace
}  // namespace edgevlm
