// Conversations in the terminal, and published models.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ChatTest : public ::testing::Test {
 protected:
  const TestFolder folder_;
  const std::string picture_ = folder_.Write("picture.ppm", PpmPicture());
};

TEST_F(ChatTest, AnswersLineByLine) {
  const Outcome asked = RunEdgevlm({"ask", picture_, "what do you see?"});
  const Outcome outcome =
      RunEdgevlm({"chat", picture_}, "what do you see?\n\n  what do you see?  \n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
  EXPECT_EQ(outcome.output, asked.output + asked.output);
}

TEST_F(ChatTest, ShowsPicturesOnTheWay) {
  const std::string lines = "/image " + picture_ + "\nwhat do you see?\n/clear\n/quit\nno more\n";
  const Outcome outcome = RunEdgevlm({"chat", "--json"}, lines);
  EXPECT_EQ(outcome.exit_code, 0);
  const json object = json::parse(outcome.output, nullptr, false);
  ASSERT_TRUE(object.is_object()) << "one line: " << outcome.output;
  EXPECT_EQ(object["message"], "what do you see?");
  EXPECT_EQ(object["reply"].get<std::string>() + "\n",
            RunEdgevlm({"ask", picture_, "what do you see?"}).output);
}

TEST_F(ChatTest, AMistakeDoesNotEndIt) {
  const Outcome outcome = RunEdgevlm(
      {"chat"}, "/image nothing.png\n/dance\n/image " + picture_ + "\nwhat do you see?\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 2) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("nothing.png"));
  EXPECT_THAT(outcome.errors, HasSubstr("found /dance"));
  EXPECT_EQ(outcome.output, RunEdgevlm({"ask", picture_, "what do you see?"}).output);
}

TEST_F(ChatTest, AnUnknownModelNameSaysHowToGetOne) {
  const Outcome outcome = RunEdgevlm({"caption", "-m", "no-such-model", picture_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("no-such-model"));
  EXPECT_EQ(RunEdgevlm({"chat", "--chat-template", "morse"}, "a\n").exit_code, 1);
  EXPECT_EQ(RunEdgevlm({"bench", "--preset", "gpt-9"}).exit_code, 1);
}

TEST(Preset, IsMeasured) {
  const Outcome outcome = RunEdgevlm({"bench", "--preset", "smollm2-135m", "--type", "q4_0", "-p",
                                      "4", "-n", "2", "-r", "1", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  const json records = json::parse(outcome.output, nullptr, false);
  ASSERT_TRUE(records.is_array()) << outcome.output;
  ASSERT_EQ(records.size(), 2u) << "no picture encoder, no img and cap";
  EXPECT_EQ(records[0]["n_prompt"], 4);
  EXPECT_EQ(records[1]["n_gen"], 2);
  // 134.5 million, as its model card says.
  EXPECT_NEAR(records[0]["model_n_params"].get<double>(), 134.5e6, 0.1e6);
}

TEST(Preset, IsWrittenForOtherPrograms) {
  const TestFolder folder;
  const std::string path = folder.Path("new/smollm2-135m-q4_0.gguf");
  const Outcome outcome = RunEdgevlm(
      {"bench", "--preset", "smollm2-135m", "--type", "q4_0", "--write", folder.Path("new")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, path + "\n");
  const Outcome inspected = RunEdgevlm({"inspect", path});
  EXPECT_EQ(inspected.exit_code, 0) << inspected.errors;
  EXPECT_THAT(inspected.output, HasSubstr("smollm2-135m, random weights"));
  const Outcome lost = RunEdgevlm({"bench", "--preset", "smollm2-135m", "--write", path});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_EQ(lost.ErrorLines(), 1) << lost.errors;
}

}  // namespace
}  // namespace edgevlm
