// Phi-3.5-Vision from files, as a user runs it: a small model with random weights.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class Phi3vTest : public ::testing::Test {
 protected:
  static std::string Golden(const std::string& name) { return DataPath("families/" + name); }

  static Outcome RunModel(const std::string& command, const std::vector<std::string>& others,
                          const std::string& input = {}) {
    std::vector<std::string> arguments = {
        command,           "-m",  Golden("phi3-text.gguf"), "--mmproj", Golden("phi3v-mmproj.gguf"),
        "--chat-template", "phi3"};
    arguments.insert(arguments.end(), others.begin(), others.end());
    return RunEdgevlm(arguments, input);
  }

  static json Ask(const std::vector<std::string>& others,
                  const std::string& image = Golden("prep.png")) {
    std::vector<std::string> arguments = {"--json", image, "what is it?", "--max-tokens", "16"};
    arguments.insert(arguments.end(), others.begin(), others.end());
    const Outcome outcome = RunModel("ask", arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return json::parse(outcome.output, nullptr, false);
  }

  // Two questions about one image, as one conversation.
  static std::vector<json> Talk(const std::vector<std::string>& others) {
    std::vector<std::string> arguments = {"--json", Golden("prep.png"), "--max-tokens", "8"};
    arguments.insert(arguments.end(), others.begin(), others.end());
    const Outcome outcome = RunModel("chat", arguments, "what is it?\nand where?\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    std::vector<json> replies;
    std::istringstream lines(outcome.output);
    for (std::string line; std::getline(lines, line);) replies.push_back(json::parse(line));
    return replies;
  }
};

TEST_F(Phi3vTest, ThreadsAndDraftsChangeNoReply) {
  const json answer = Ask({"-t", "1"})["answer"];
  EXPECT_EQ(Ask({"-t", "2"})["answer"], answer);
  for (const char* drafter : {"ngram", "self:1"}) {
    EXPECT_EQ(Ask({"--speculate", drafter})["answer"], answer) << drafter;
  }
}

// Policies that quantize groups of positions keep whole groups only.
TEST_F(Phi3vTest, ASecondQuestionReusesTheImageUnderEveryCachePolicy) {
  constexpr int kGroup = 32;
  for (const char* cache : {"f16", "q8_0", "q4", "gear"}) {
    const std::vector<json> replies = Talk({"--cache", cache});
    ASSERT_EQ(replies.size(), 2u) << cache;
    const int prompt = replies[0]["prompt_tokens"];
    EXPECT_GE(replies[1]["reused_tokens"], prompt / kGroup * kGroup) << cache;
  }
}

// The squares of an image are as many as its shape and --image-max-tokens allow.
TEST_F(Phi3vTest, TakesImagesOfAnyShapeInAsManySquaresAsAllowed) {
  const TestFolder folder;
  for (const auto& [width, height] : {std::pair(1, 4000), std::pair(4000, 1), std::pair(8, 8)}) {
    std::string ppm = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
    ppm.append(static_cast<std::size_t>(3 * width * height), '\x40');
    EXPECT_EQ(Ask({}, folder.Write("image.ppm", ppm))["reply_tokens"], 16) << width;
  }
  EXPECT_LT(Ask({"--image-max-tokens", "60"})["prompt_tokens"], Ask({})["prompt_tokens"]);
}

TEST_F(Phi3vTest, MergesPatchesAndKeepsAllTokens) {
  EXPECT_EQ(Ask({"--tome", "4"})["prompt_tokens"], Ask({})["prompt_tokens"]);
  const Outcome outcome = RunModel("ask", {Golden("prep.png"), "what?", "--keep-tokens", "10"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("depends on the image"));
}

TEST_F(Phi3vTest, QuantizedFilesAnswer) {
  const TestFolder folder;
  for (const char* type : {"Q8_0", "Q4_K_M"}) {
    for (const std::string name : {"phi3-text.gguf", "phi3v-mmproj.gguf"}) {
      const Outcome outcome =
          RunEdgevlm({"quantize", Golden(name), folder.Path(name), type, "--force"});
      ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
    }
    const Outcome outcome =
        RunEdgevlm({"ask", "-m", folder.Path("phi3-text.gguf"), "--mmproj",
                    folder.Path("phi3v-mmproj.gguf"), Golden("prep.png"), "what is it?"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  }
}

TEST_F(Phi3vTest, PartsOfOtherFamiliesAreOneLine) {
  for (const auto& [model, mmproj] : {std::pair("phi3-text.gguf", "gemma3-mmproj.gguf"),
                                      std::pair("phi3-text.gguf", "qwen2vl-mmproj.gguf"),
                                      std::pair("gemma3-text.gguf", "phi3v-mmproj.gguf")}) {
    const Outcome outcome = RunEdgevlm({"ask", "-m", Golden(model), "--mmproj", Golden(mmproj),
                                        Golden("prep.png"), "what is it?"});
    EXPECT_EQ(outcome.exit_code, 1) << mmproj;
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr("expected"));
  }
}

}  // namespace
}  // namespace edgevlm
