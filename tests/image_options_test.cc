// Token pruning (--keep-tokens) and saved sessions.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ImageOptionsTest : public ::testing::Test {
 protected:
  json Ask(const std::string& question, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> arguments = {"ask", "--json", image_, question};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = RunEdgevlm(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return json::parse(outcome.output, nullptr, false);
  }

  const TestFolder folder_;
  const std::string image_ = folder_.Write("picture.ppm", PpmImage());
  const std::string session_ = folder_.Path("talk.session");
};

TEST_F(ImageOptionsTest, ThePromptHasTheKeptTokens) {
  const int all = Ask("what do you see?")["prompt_tokens"].get<int>();
  for (const char* kept : {"50", "50:uniform", "50:random"}) {
    EXPECT_EQ(Ask("what do you see?", {"--keep-tokens", kept})["prompt_tokens"].get<int>(),
              all - 50);
  }
}

TEST_F(ImageOptionsTest, InvalidOptionsFailWithOneLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> refusals = {
      {{"--tome", "4"},
       "tome: expected 0 for the vision encoder 'mobilenet_v3', which has no attention"},
      {{"--keep-tokens", "0"}, "keep-tokens: expected 1 to 99 of the image's 100 tokens, found 0"},
      {{"--keep-tokens", "100"}, "found 100"},
      {{"--keep-tokens", "50:attention"},
       "expected uniform or random for a vision encoder without"},
      {{"--keep-tokens", "half"}, "found 'half'"}};
  for (const auto& refusal : refusals) {
    std::vector<std::string> arguments = {"caption", image_};
    arguments.insert(arguments.end(), refusal.first.begin(), refusal.first.end());
    const Outcome outcome = RunEdgevlm(arguments);
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr(refusal.second));
    EXPECT_THAT(outcome.output, IsEmpty());
  }
}

TEST_F(ImageOptionsTest, ASavedSessionNeitherEncodesNorReadsTheImageAgain) {
  const json first = Ask("what do you see?", {"--session", session_});
  const json second = Ask("what colour is it?", {"--session", session_});
  EXPECT_GT(first["timings"]["encode_ms"], 0);
  EXPECT_EQ(second["timings"]["encode_ms"], 0);
  EXPECT_EQ(first["reused_tokens"], 0);
  EXPECT_GE(second["reused_tokens"], 100);
  EXPECT_EQ(second["answer"], Ask("what colour is it?")["answer"]);
}

TEST_F(ImageOptionsTest, ASavedChatContinues) {
  const Outcome first =
      RunEdgevlm({"chat", "--json", image_, "--session", session_}, "what do you see?\n");
  ASSERT_EQ(first.exit_code, 0) << first.errors;
  const Outcome second =
      RunEdgevlm({"chat", "--json", "--session", session_}, "what do you see?\n");
  ASSERT_EQ(second.exit_code, 0) << second.errors;
  EXPECT_EQ(json::parse(second.output)["reply"], json::parse(first.output)["reply"])
      << "about the image of the first";
  EXPECT_GE(json::parse(second.output)["reused_tokens"], 100);
}

TEST_F(ImageOptionsTest, RejectsABrokenSessionWithoutChangingIt) {
  const std::string pixels = PpmImage();
  folder_.Write("talk.session", pixels);
  const Outcome foreign = RunEdgevlm({"ask", image_, "what?", "--session", session_});
  EXPECT_EQ(foreign.exit_code, 1);
  EXPECT_EQ(foreign.ErrorLines(), 1) << foreign.errors;
  EXPECT_THAT(foreign.errors, HasSubstr("talk.session: session: expected a saved one"));
  EXPECT_EQ(ReadWholeFile(session_), pixels);

  const std::string other = folder_.Path("other.session");
  ASSERT_EQ(RunEdgevlm({"ask", image_, "what?", "--session", other}).exit_code, 0);
  const std::string saved = ReadWholeFile(other);
  folder_.Write("other.session", std::string_view(saved).substr(0, saved.size() - 100));
  const Outcome cut = RunEdgevlm({"ask", image_, "what?", "--session", other});
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_EQ(cut.ErrorLines(), 1) << cut.errors;
  EXPECT_THAT(cut.errors, HasSubstr("cut or changed"));
  EXPECT_THAT(RunEdgevlm({"ask", image_, "what?", "--session", folder_.Path("")}).errors,
              HasSubstr(folder_.Path("")));
}

}  // namespace
}  // namespace edgevlm
