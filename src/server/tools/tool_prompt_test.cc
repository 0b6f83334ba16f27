#include "server/tools/tool_prompt.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string TextOf(const RequestMessage& message) {
  std::string text;
  for (const RequestPart& part : message.parts) text += part.text;
  return text;
}

ToolUse UseOf(ToolForm form) {
  ToolUse use = {.form = form};
  use.tools.push_back({.name = "f",
                       .description = "does",
                       .parameters = Json::parse(R"({"type": "object", "properties": {}})")});
  return use;
}

RequestMessage User(const std::string& text) {
  return {.role = Role::kUser, .parts = {{.text = text}}};
}

TEST(ToolPrompt, JsonHasTheSpacesOfPython) {
  EXPECT_EQ(ToSpacedText(Json::parse(R"({"a":[1,"b,:",{}],"c":{"d":null,"e":[]}})")),
            R"({"a": [1, "b,:", {}], "c": {"d": null, "e": []}})");
}

TEST(ToolPrompt, DefinitionsFollowTheSystemText) {
  std::vector<RequestMessage> messages = {{.role = Role::kSystem, .parts = {{.text = "Be brief."}}},
                                          User("a")};
  AddTools(UseOf(ToolForm::kHermes), "unused", messages);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_THAT(TextOf(messages[0]), StartsWith("Be brief.\n\n# Tools\n\n"));
  EXPECT_THAT(TextOf(messages[0]),
              HasSubstr("<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"f\", "
                        "\"description\": \"does\", \"parameters\": {\"type\": \"object\", "
                        "\"properties\": {}}}}\n</tools>"));
}

TEST(ToolPrompt, WithoutSystemTextTheyFollowThatOfTheTemplate) {
  std::vector<RequestMessage> messages = {User("a")};
  AddTools(UseOf(ToolForm::kFunctionTags), "You are.", messages);
  EXPECT_EQ(messages[0].role, Role::kSystem);
  EXPECT_THAT(TextOf(messages[0]), StartsWith("You are.\n\n# Tools"));
  std::vector<RequestMessage> plain = {User("a")};
  AddTools(UseOf(ToolForm::kNone), "", plain);
  EXPECT_THAT(TextOf(plain[0]), StartsWith("# Tools"));
  AddTools({}, "", plain);
  EXPECT_EQ(plain.size(), 2u);
}

TEST(ToolPrompt, BareObjectsAreAskedForInTheFirstQuestion) {
  std::vector<RequestMessage> messages = {User("a"), User("b")};
  AddTools(UseOf(ToolForm::kBareJson), "", messages);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_THAT(TextOf(messages[0]), StartsWith("Given the following functions"));
  EXPECT_THAT(TextOf(messages[0]), ::testing::EndsWith("}\n\na"));
}

TEST(ToolConversation, WritesCallsAndResults) {
  ToolConversation conversation(ToolForm::kHermes);
  const std::vector<ToolCall> calls = {{.id = {}, .name = "f", .arguments = {{"x", 1}}},
                                       {.id = {}, .name = "g", .arguments = Json::object()}};
  conversation.Add(User("q"));
  conversation.Add({.role = Role::kAssistant, .parts = {{.text = "Wait."}}});
  conversation.AddCalls(calls);
  conversation.AddResult({{.text = "1"}});
  conversation.AddResult({{.text = "2"}});
  conversation.Add(User("and?"));
  const auto messages = conversation.Move();
  ASSERT_EQ(messages.size(), 4u);
  EXPECT_EQ(TextOf(messages[1]),
            "Wait.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>\n"
            "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>");
  EXPECT_EQ(messages[2].role, Role::kUser);
  EXPECT_EQ(TextOf(messages[2]),
            "<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response>");
}

TEST(ToolConversation, WritesThemInTheFormOfTheModel) {
  const ToolCall call = {.id = {}, .name = "f", .arguments = {{"x", "a"}, {"y", {1}}}};
  ToolConversation tags(ToolForm::kFunctionTags);
  tags.AddCalls({&call, 1});
  EXPECT_EQ(TextOf(tags.Move()[0]),
            "<tool_call>\n<function=f>\n<parameter=x>\na\n</parameter>\n<parameter=y>\n[1]\n"
            "</parameter>\n</function>\n</tool_call>");
  ToolConversation bare(ToolForm::kBareJson);
  bare.AddCalls({&call, 1});
  bare.AddResult({{.text = "say \"x\""}});
  const auto messages = bare.Move();
  EXPECT_EQ(TextOf(messages[0]), "{\"name\": \"f\", \"parameters\": {\"x\": \"a\", \"y\": [1]}}");
  EXPECT_EQ(messages[1].role, Role::kTool);
  EXPECT_EQ(TextOf(messages[1]), "\"say \\\"x\\\"\"");
}

}  // namespace
}  // namespace edgevlm
