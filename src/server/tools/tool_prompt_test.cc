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

void AddTo(const ToolUse& use, const std::string& default_system,
           std::vector<RequestMessage>& messages) {
  ReplyRequest request = {.messages = messages, .decode = {}};
  AddTools(use, default_system, request);
  messages = request.messages;
  EXPECT_TRUE(request.template_inputs.empty());
}

TEST(ToolPrompt, JsonHasTheSpacesOfPython) {
  EXPECT_EQ(ToSpacedText(Json::parse(R"({"a":[1,"b,:",{}],"c":{"d":null,"e":[]}})")),
            R"({"a": [1, "b,:", {}], "c": {"d": null, "e": []}})");
}

TEST(ToolPrompt, DefinitionsFollowTheSystemText) {
  std::vector<RequestMessage> messages = {{.role = Role::kSystem, .parts = {{.text = "Be brief."}}},
                                          User("a")};
  AddTo(UseOf(ToolForm::kHermes), "unused", messages);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_THAT(TextOf(messages[0]), StartsWith("Be brief.\n\n# Tools\n\n"));
  EXPECT_THAT(TextOf(messages[0]),
              HasSubstr("<tools>\n{\"type\": \"function\", \"function\": {\"name\": \"f\", "
                        "\"description\": \"does\", \"parameters\": {\"type\": \"object\", "
                        "\"properties\": {}}}}\n</tools>"));
}

TEST(ToolPrompt, WithoutSystemTextTheyFollowThatOfTheTemplate) {
  std::vector<RequestMessage> messages = {User("a")};
  AddTo(UseOf(ToolForm::kFunctionTags), "You are.", messages);
  EXPECT_EQ(messages[0].role, Role::kSystem);
  EXPECT_THAT(TextOf(messages[0]), StartsWith("You are.\n\n# Tools"));
  std::vector<RequestMessage> plain = {User("a")};
  AddTo(UseOf(ToolForm::kNone), "", plain);
  EXPECT_THAT(TextOf(plain[0]), StartsWith("# Tools"));
  AddTo({}, "", plain);
  EXPECT_EQ(plain.size(), 2u);
}

TEST(ToolPrompt, BareObjectsAreAskedForInTheFirstQuestion) {
  std::vector<RequestMessage> messages = {User("a"), User("b")};
  AddTo(UseOf(ToolForm::kBareJson), "", messages);
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

// Where the model's template writes tools, nothing becomes text.
TEST(ToolConversation, LeavesCallsAndResultsToTheTemplate) {
  for (const ToolForm form : {ToolForm::kMistral, ToolForm::kPythonic}) {
    ReplyRequest request = {.messages = {User("a")}, .decode = {}};
    AddTools(UseOf(form), "unused", request);
    EXPECT_EQ(request.messages.size(), 1u);
    EXPECT_EQ(Json::parse(request.template_inputs.tools)[0]["function"]["name"], "f");
    ToolConversation conversation(form);
    const std::vector<ToolCall> calls = {
        {.id = "call_12345678ab", .name = "f", .arguments = {{"x", 1}}},
        {.id = {}, .name = "g", .arguments = Json::object()}};
    conversation.Add(User("q"));
    conversation.AddCalls(calls);
    conversation.AddResult({{.text = "1"}}, "call_12345678ab");
    conversation.AddResult({{.text = "2"}});
    conversation.AddResult({{.text = "3"}}, "x");
    const auto messages = conversation.Move();
    ASSERT_EQ(messages.size(), 5u);
    const Json written = Json::parse(messages[1].tools.calls);
    EXPECT_EQ(written[0]["id"], "2345678ab");
    EXPECT_EQ(written[0]["function"]["arguments"]["x"], 1);
    EXPECT_EQ(written[1]["id"].get<std::string>().size(), 9u);
    EXPECT_EQ(messages[2].role, Role::kTool);
    EXPECT_EQ(messages[2].tools.call_id, "2345678ab");
    EXPECT_EQ(messages[2].tools.name, "f");
    EXPECT_EQ(messages[3].tools.call_id, written[1]["id"].get<std::string>());
    EXPECT_EQ(messages[3].tools.name, "g");
    EXPECT_EQ(messages[4].tools.call_id, "00000000x");
  }
}

}  // namespace
}  // namespace edgevlm
