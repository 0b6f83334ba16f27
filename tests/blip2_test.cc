// BLIP-2 from files, as a user runs it: a small model with random weights.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

class Blip2Test : public ::testing::Test {
 protected:
  static constexpr int kImageTokens = 8;

  static std::string Golden(const std::string& name) { return DataPath("families/" + name); }

  static Outcome RunModel(const std::string& command, const std::vector<std::string>& others,
                          const std::string& input = {}) {
    std::vector<std::string> arguments = {command, "-m", Golden("opt-text.gguf"), "--mmproj",
                                          Golden("blip2-mmproj.gguf")};
    arguments.insert(arguments.end(), others.begin(), others.end());
    return RunEdgevlm(arguments, input);
  }

  // The replies as JSON, one for each line.
  static std::vector<nlohmann::json> Replies(const std::string& command,
                                             const std::vector<std::string>& others,
                                             const std::string& input = {}) {
    std::vector<std::string> arguments = {"--json", Golden("prep.png"), "--max-tokens", "8"};
    arguments.insert(arguments.end(), others.begin(), others.end());
    const Outcome outcome = RunModel(command, arguments, input);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    std::vector<nlohmann::json> replies;
    std::istringstream lines(outcome.output);
    for (std::string line; std::getline(lines, line);) {
      replies.push_back(nlohmann::json::parse(line));
    }
    return replies;
  }
};

TEST_F(Blip2Test, ACaptionFollowsTheImageAndBos) {
  const auto replies = Replies("caption", {});
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0]["prompt_tokens"], kImageTokens + 1);
}

TEST_F(Blip2Test, ASecondQuestionReusesTheImageUnderEveryCachePolicy) {
  for (const char* cache : {"f16", "q8_0", "q4", "gear"}) {
    const auto replies = Replies("chat", {"--cache", cache}, "what is it?\nand where?\n");
    ASSERT_EQ(replies.size(), 2u) << cache;
    EXPECT_GE(replies[1]["reused_tokens"], replies[0]["prompt_tokens"]) << cache;
  }
}

TEST_F(Blip2Test, ThreadsAndDraftsChangeNoReply) {
  const std::vector<std::string> question = {"what is it?", "--temperature", "2", "--seed", "3"};
  const auto with = [&](const std::vector<std::string>& others) {
    std::vector<std::string> arguments = question;
    arguments.insert(arguments.end(), others.begin(), others.end());
    return Replies("ask", arguments).at(0)["answer"];
  };
  const auto answer = with({"-t", "1"});
  EXPECT_EQ(with({"-t", "2"}), answer);
  for (const char* drafter : {"ngram", "self:1"}) {
    EXPECT_EQ(with({"--speculate", drafter}), answer) << drafter;
  }
}

TEST_F(Blip2Test, MergesPatchesAndKeepsAllTokens) {
  EXPECT_EQ(Replies("caption", {"--tome", "20"}).at(0)["prompt_tokens"], kImageTokens + 1);
  const Outcome outcome = RunModel("caption", {Golden("prep.png"), "--keep-tokens", "4"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("each sums up all of it"));
}

// 176 columns are no multiple of 32, so the matrices that read the features stay as they are.
TEST_F(Blip2Test, QuantizedFilesAnswer) {
  const TestFolder folder;
  for (const char* type : {"Q8_0", "Q4_K_M"}) {
    for (const std::string name : {"opt-text.gguf", "blip2-mmproj.gguf"}) {
      const Outcome outcome =
          RunEdgevlm({"quantize", Golden(name), folder.Path(name), type, "--force"});
      ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
    }
    const Outcome outcome =
        RunEdgevlm({"ask", "-m", folder.Path("opt-text.gguf"), "--mmproj",
                    folder.Path("blip2-mmproj.gguf"), Golden("prep.png"), "what is it?"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  }
  const std::string tensors = RunEdgevlm({"inspect", folder.Path("blip2-mmproj.gguf")}).output;
  for (const char* line : {"v.blk.0.attn_q.weight +F16", "v.proj_blk.0.cross_attn_k.weight +F16",
                           "v.proj_blk.0.self_attn_q.weight +Q5_0", "v.proj_query +F32"}) {
    EXPECT_THAT(tensors, ::testing::ContainsRegex(line));
  }
}

TEST_F(Blip2Test, PartsOfOtherFamiliesAreOneLine) {
  for (const auto& [model, mmproj] : {std::pair("opt-text.gguf", "gemma3-mmproj.gguf"),
                                      std::pair("opt-text.gguf", "qwen2vl-mmproj.gguf"),
                                      std::pair("gemma3-text.gguf", "blip2-mmproj.gguf"),
                                      std::pair("internvl-text.gguf", "blip2-mmproj.gguf")}) {
    const Outcome outcome = RunEdgevlm({"ask", "-m", Golden(model), "--mmproj", Golden(mmproj),
                                        Golden("prep.png"), "what is it?"});
    EXPECT_EQ(outcome.exit_code, 1) << mmproj;
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr("expected"));
  }
}

}  // namespace
}  // namespace edgevlm
