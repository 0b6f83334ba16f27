// Conversations through pipes, and presets of published models.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string TinyTextModel() { return DataPath("tiny-text.gguf"); }

class ChatTest : public ::testing::Test {
 protected:
  std::string Asked(const std::string& question) const {
    return RunEdgevlm({"ask", image_, question}).output;
  }

  const TestFolder folder_;
  const std::string image_ = folder_.Write("picture.ppm", PpmImage());
};

// The objects that --json prints, one per line.
std::vector<json> ObjectsOf(const std::string& output) {
  std::vector<json> objects;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    objects.push_back(json::parse(line, nullptr, false));
    EXPECT_TRUE(objects.back().is_object()) << line;
  }
  return objects;
}

TEST_F(ChatTest, AnswersPipedInputLineByLine) {
  const Outcome outcome =
      RunEdgevlm({"chat", "--json", image_}, "what do you see?\n\n  what is left?  \n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
  const std::vector<json> objects = ObjectsOf(outcome.output);
  ASSERT_EQ(objects.size(), 2u) << outcome.output;
  EXPECT_EQ(objects[0]["reply"].get<std::string>() + "\n", Asked("what do you see?"));
  EXPECT_EQ(objects[1]["message"], "what is left?");
  EXPECT_EQ(objects[1]["reply"].get<std::string>() + "\n", Asked("what is left?"));
}

TEST_F(ChatTest, APipedDocumentIsOneMessage) {
  const std::string document = "what do\n\n    you see?\nand where?";
  const Outcome outcome = RunEdgevlm({"chat", image_}, document + "\n\n");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, Asked(document));
  const std::string block = "\"\"\"\n" + document + "\n\"\"\"\n";
  EXPECT_EQ(RunEdgevlm({"chat", image_}, block + block).output, Asked(document) + Asked(document));
  const std::vector<json> objects =
      ObjectsOf(RunEdgevlm({"chat", "--json", image_}, block + "what is left?\n").output);
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0]["message"], document);
}

TEST_F(ChatTest, AddsImagesDuringTheConversation) {
  const std::string lines = "/image " + image_ + "\nwhat do you see?\n/clear\n/quit\nno more\n";
  for (const char* form : {"--json", "--stream"}) {
    const Outcome outcome = RunEdgevlm({"chat", form}, lines);
    EXPECT_EQ(outcome.exit_code, 0);
    const std::string asked = Asked("what do you see?");
    if (form == std::string("--stream")) {
      EXPECT_EQ(outcome.output, asked);
      continue;
    }
    const std::vector<json> objects = ObjectsOf(outcome.output);
    ASSERT_EQ(objects.size(), 1u) << outcome.output;
    EXPECT_EQ(objects[0]["message"], "what do you see?");
    EXPECT_EQ(objects[0]["reply"].get<std::string>() + "\n", asked);
  }
}

TEST_F(ChatTest, AcceptsPathsAsTerminalsPasteThem) {
  const std::string path = folder_.Write("my ducks.ppm", PpmImage());
  std::string escaped = path, encoded = path;
  escaped.replace(escaped.find(' '), 1, "\\ ");
  encoded.replace(encoded.find(' '), 1, "%20");
  for (const std::string& pasted :
       {path, "'" + path + "'", "\"" + path + "\" ", escaped, "file://" + encoded}) {
    const Outcome outcome = RunEdgevlm({"chat"}, "/image " + pasted + "\nwhat do you see?\n");
    EXPECT_EQ(outcome.output, Asked("what do you see?")) << pasted << ": " << outcome.errors;
  }
}

TEST_F(ChatTest, SkipsTheMessageIfItsImageFails) {
  const Outcome outcome = RunEdgevlm(
      {"chat", "--json", image_},
      "/image nothing.png\nwhat do you see?\nand now?\n/image " + image_ + "\nwhat is left?\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 3) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("nothing.png: cannot be read"));
  EXPECT_THAT(outcome.errors, HasSubstr("not answered, since nothing.png could not be shown"));
  const std::vector<json> objects = ObjectsOf(outcome.output);
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0]["message"], "what is left?");
  for (const char* way_out : {"/image", "/clear"}) {
    const std::string lines = std::string("/image nothing.png\n") + way_out + "\nwhat is left?\n";
    EXPECT_EQ(RunEdgevlm({"chat", "-m", TinyTextModel(), "--max-tokens", "2"}, lines).ErrorLines(),
              1)
        << way_out;
  }
}

TEST_F(ChatTest, UnknownCommandsAreMessages) {
  for (const char* text : {"/etc/hosts is empty, why?", "/dance", "/quit smoking?"}) {
    const Outcome outcome = RunEdgevlm({"chat", image_}, std::string(text) + "\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, Asked(text));
  }
}

TEST_F(ChatTest, ReportsAtTheStartThatASessionCannotBeSaved) {
  for (const char* command : {"chat", "ask", "caption"}) {
    std::vector<std::string> arguments = {command, image_, "--session",
                                          folder_.Path("no/such/folder")};
    if (command == std::string("ask")) arguments.insert(arguments.begin() + 2, "what is it?");
    const Outcome outcome = RunEdgevlm(arguments, "what do you see?\n");
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, HasSubstr("no/such/folder"));
    EXPECT_THAT(outcome.output, IsEmpty()) << command;
  }
}

TEST_F(ChatTest, ASessionKeepsItsSystemMessage) {
  const auto talk = [&](std::vector<std::string> system, const std::string& lines) {
    std::vector<std::string> arguments = {
        "chat", "--json", "-m",  TinyTextModel(), "--max-tokens",
        "3",    "-c",     "256", "--session",     folder_.Path("session")};
    arguments.insert(arguments.end(), system.begin(), system.end());
    return RunEdgevlm(arguments, lines);
  };
  EXPECT_THAT(talk({"--system", "Be brief."}, "hello\n").errors, IsEmpty());
  EXPECT_THAT(talk({"--system", "Be brief."}, "hello\n").errors, IsEmpty());
  const Outcome other = talk({"--system", "Be long. Be very long."}, "hello\n/clear\nhello\n");
  EXPECT_EQ(other.exit_code, 0);
  EXPECT_EQ(other.ErrorLines(), 1) << other.errors;
  EXPECT_THAT(other.errors, HasSubstr("--system: the session has another one, which stays"));
  const std::vector<json> objects = ObjectsOf(other.output);
  ASSERT_EQ(objects.size(), 2u);
  // Without the option, the session's own system message stays, also after /clear.
  const Outcome without = talk({}, "/clear\nhello\n");
  EXPECT_THAT(without.errors, IsEmpty());
  EXPECT_EQ(ObjectsOf(without.output)[0]["prompt_tokens"], objects[1]["prompt_tokens"]);
}

TEST_F(ChatTest, ReservesContextForTheReply) {
  std::string lines;
  for (int i = 0; i < 12; ++i) lines += "tell me of the number " + std::to_string(i) + "\n";
  const Outcome outcome = RunEdgevlm(
      {"chat", "--json", "-m", TinyTextModel(), "-c", "128", "--max-tokens", "20"}, lines);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::vector<json> objects = ObjectsOf(outcome.output);
  ASSERT_EQ(objects.size(), 12u);
  int turns_that_go_on = 0;
  int prompt_before = 0;
  for (const json& object : objects) {
    EXPECT_NE(object["finish_reason"], "context") << object;
    EXPECT_LE(object["prompt_tokens"], 128 - 20);
    const bool goes_on = prompt_before > 0 && object["reused_tokens"] >= prompt_before;
    turns_that_go_on += goes_on ? 1 : 0;
    prompt_before = object["prompt_tokens"];
  }
  EXPECT_THAT(outcome.errors, HasSubstr("forgot its beginning"));
  EXPECT_EQ(turns_that_go_on + outcome.ErrorLines(), 11)
      << "every turn but the first continues the one before, or drops its start";
  EXPECT_LT(outcome.ErrorLines(), turns_that_go_on) << outcome.errors;
}

TEST_F(ChatTest, TheErrorOfATooLongMessageNamesTheOption) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word ";
  const Outcome outcome = RunEdgevlm({"chat", "-m", TinyTextModel(), "-c", "64"}, text + "\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("prompt: expected at most 63 tokens, found "));
  EXPECT_THAT(outcome.errors, HasSubstr("-c, --context"));
}

TEST_F(ChatTest, WarnsAboutALargerContextThanTheModels) {
  const Outcome outcome = RunEdgevlm({"caption", image_, "-c", "16384"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr(", found 16384: it is "));
  EXPECT_EQ(RunEdgevlm({"caption", image_, "-c", "150"}).ErrorLines(), 0);
}

TEST_F(ChatTest, ReportsAReplyCutByTheContext) {
  const json info = json::parse(RunEdgevlm({"info", "--json"}).output, nullptr, false);
  const int tokens = info["model"]["image_tokens"].get<int>() + 3;
  const std::vector<std::string> arguments = {"caption", image_, "-c", std::to_string(tokens)};
  const Outcome outcome = RunEdgevlm(arguments);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("reply: cut: the context of " + std::to_string(tokens)));
}

// Unlike the built-in model, this one is not trained for early exits.
TEST_F(ChatTest, UntrainedExitsMustBeRequested) {
  const std::vector<std::string> arguments = {
      "chat", "-m", TinyTextModel(), "--max-tokens", "2", "--early-exit", "exit"};
  const Outcome refused = RunEdgevlm(arguments, "hello\n");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("expected a model with trained exits"));
  for (const char* command : {"serve", "bench"}) {
    EXPECT_EQ(RunEdgevlm({command, "-m", TinyTextModel(), "--early-exit", "exit"}).errors,
              refused.errors)
        << command;
  }
  std::vector<std::string> named = arguments;
  named.insert(named.end(), {"--exit-layers", "1"});
  const Outcome warned = RunEdgevlm(named, "hello\n");
  EXPECT_EQ(warned.exit_code, 0);
  EXPECT_THAT(warned.errors, HasSubstr("--early-exit: this model was not trained for exits"));
  EXPECT_EQ(warned.ErrorLines(), 1);
}

TEST_F(ChatTest, TheErrorOfAnUnknownModelShowsHowToGetOne) {
  const Outcome outcome = RunEdgevlm({"caption", "-m", "no-such-model", image_});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("no-such-model"));
  EXPECT_EQ(RunEdgevlm({"chat", "--chat-template", "morse"}, "a\n").exit_code, 1);
  EXPECT_EQ(RunEdgevlm({"bench", "--preset", "gpt-9"}).exit_code, 1);
}

TEST(Preset, IsBenchmarked) {
  const Outcome outcome = RunEdgevlm({"bench", "--preset", "smollm2-135m", "--type", "q4_0", "-p",
                                      "4", "-n", "2", "-r", "1", "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  const json records = json::parse(outcome.output, nullptr, false);
  ASSERT_TRUE(records.is_array()) << outcome.output;
  ASSERT_EQ(records.size(), 2u) << "no image encoder, no img and cap";
  EXPECT_EQ(records[0]["n_prompt"], 4);
  EXPECT_EQ(records[1]["n_gen"], 2);
  // 134.5 million, as in its model card.
  EXPECT_NEAR(records[0]["model_n_params"].get<double>(), 134.5e6, 0.1e6);
}

TEST(Preset, CanBeWrittenForOtherPrograms) {
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
