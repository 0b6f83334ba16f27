// Conversations with a published language model.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"
#include "real/real_model.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class RealChat : public RealModelTest {
 protected:
  Outcome Chat(std::vector<std::string> options, std::string_view lines) const {
    std::vector<std::string> arguments = {"chat", "-m", model_};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return RunEdgevlm(arguments, lines);
  }
  std::vector<json> Objects(std::vector<std::string> options, std::string_view lines) const {
    options.emplace_back("--json");
    const Outcome outcome = Chat(options, lines);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    std::vector<json> objects;
    std::istringstream output(outcome.output);
    for (std::string line; std::getline(output, line);) {
      objects.push_back(json::parse(line, nullptr, false));
    }
    return objects;
  }
};

TEST_F(RealChat, RepliesHaveLines) {
  const Outcome outcome = Chat({"--max-tokens", "40"}, "List three colors.\n");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_GE(std::ranges::count(outcome.output, '\n'), 3) << outcome.output;
  EXPECT_THAT(outcome.output, Not(HasSubstr("?")));
  EXPECT_EQ(
      Objects({"--max-tokens", "40"}, "List three colors.\n")[0]["reply"].get<std::string>() + "\n",
      outcome.output);
}

TEST_F(RealChat, AReplyCutInsideACharacterEndsBeforeIt) {
  int cut = 0;
  for (int tokens = 1; tokens <= 8; ++tokens) {
    const json object =
        Objects({"--max-tokens", std::to_string(tokens)},
                "Repeat exactly: \xF0\x9F\xA6\x99\xF0\x9F\xA6\x99\xF0\x9F\xA6\x99\n")[0];
    const std::string reply = object["reply"];
    EXPECT_THAT(reply, Not(HasSubstr("\xEF\xBF\xBD"))) << tokens;
    cut += object["finish_reason"] == "length" ? 1 : 0;
  }
  EXPECT_GT(cut, 0);
}

TEST_F(RealChat, WithoutASeedRepliesDiffer) {
  const std::string question = "Tell me a story.\n";
  const std::vector<std::string> options = {"--temperature", "1", "--max-tokens", "24"};
  const json first = Objects(options, question)[0];
  EXPECT_NE(Objects(options, question)[0]["reply"], first["reply"]);
  std::vector<std::string> seeded = options;
  seeded.insert(seeded.end(), {"--seed", first["seed"].dump()});
  EXPECT_EQ(Objects(seeded, question)[0]["reply"], first["reply"]);
}

TEST_F(RealChat, ReservesContextForTheReply) {
  const std::vector<json> objects =
      Objects({"-c", "305", "--max-tokens", "150"},
              "Write a paragraph about rain.\nAnd one about snow.\nAnd one about wind.\n");
  ASSERT_EQ(objects.size(), 3u);
  for (const json& object : objects) {
    EXPECT_NE(object["finish_reason"], "context") << object;
    EXPECT_LE(object["prompt_tokens"], 155);
  }
}

TEST_F(RealChat, TheErrorOfATooLongDocumentNamesTheContext) {
  std::string document;
  for (int i = 0; i < 7000; ++i) document += "word ";
  const Outcome outcome = Chat({}, document);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("-c, --context"));
  EXPECT_THAT(outcome.errors, HasSubstr("8192"));
}

TEST_F(RealChat, RejectsEarlyExit) {
  const Outcome refused = Chat({"--early-exit", "exit"}, "hello\n");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("expected a model with trained exits"));
  const json never = Objects({"--early-exit", "exit", "--exit-layers", "10,20", "--exit-threshold",
                              "1", "--max-tokens", "20"},
                             "hello\n")[0];
  EXPECT_EQ(never["early_tokens"], 0);
}

}  // namespace
}  // namespace edgevlm
