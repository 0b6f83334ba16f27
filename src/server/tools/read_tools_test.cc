#include "server/tools/read_tools.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReadToolsTest : public ::testing::Test {
 protected:
  ReadToolsTest() { model_.chat_template = "chatml"; }

  ToolUse Read(const std::string& body) {
    problem_.reset();
    const Json object = Json::parse(body);
    Fields fields(object, "", problem_);
    return ReadTools(fields, model_, problem_);
  }
  ToolUse WithChoice(const std::string& choice) {
    return Read(R"({"tools": [{"name": "a"}, {"name": "b"}], "tool_choice": )" + choice + "}");
  }
  std::string Wrong(const std::string& body) {
    Read(body);
    return problem_ ? problem_->param : "";
  }
  static std::vector<std::string> Names(const ToolUse& use) {
    std::vector<std::string> names;
    for (const Tool& tool : use.tools) names.push_back(tool.name);
    return names;
  }

  ModelInfo model_;
  Problem problem_;
};

TEST_F(ReadToolsTest, ReadsTheFormsOfAllApis) {
  const ToolUse use = Read(R"({"tools": [
    {"type": "function", "function": {"name": "a", "description": "d", "parameters": {"x": 1}}},
    {"type": "function", "name": "b", "parameters": {"x": 2}, "strict": true, "description": null},
    {"name": "c", "input_schema": {"x": 3}},
    {"type": "custom", "name": "d", "parameters": null}], "parallel_tool_calls": false})");
  EXPECT_FALSE(problem_);
  EXPECT_THAT(Names(use), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(use.tools[0].description, "d");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(use.tools[static_cast<std::size_t>(i)].parameters["x"], i + 1);
  }
  EXPECT_EQ(use.tools[3].parameters["type"], "object");
  EXPECT_FALSE(use.is_parallel);
  EXPECT_FALSE(use.is_required);
  EXPECT_THAT(Read(R"({"tools": null})").tools, IsEmpty());
  EXPECT_THAT(Read(R"({"tools": []})").tools, IsEmpty());
}

TEST_F(ReadToolsTest, ReadsTheChoicesOfAllApis) {
  EXPECT_THAT(Names(WithChoice("\"auto\"")), ElementsAre("a", "b"));
  EXPECT_THAT(Names(WithChoice("\"none\"")), IsEmpty());
  EXPECT_THAT(Names(WithChoice(R"({"type": "none"})")), IsEmpty());
  EXPECT_TRUE(WithChoice("\"required\"").is_required);
  EXPECT_TRUE(WithChoice(R"({"type": "any"})").is_required);
  const ToolUse single = WithChoice(R"({"type": "any", "disable_parallel_tool_use": true})");
  EXPECT_TRUE(single.is_required && !single.is_parallel);
  for (const char* named :
       {R"({"type": "function", "function": {"name": "b"}})",
        R"({"type": "function", "name": "b"})", R"({"type": "tool", "name": "b"})",
        R"({"type": "allowed_tools", "mode": "required", "tools": [{"name": "b"}]})",
        R"({"type": "allowed_tools", "allowed_tools": {"mode": "required",
            "tools": [{"type": "function", "function": {"name": "b"}}]}})"}) {
    const ToolUse use = WithChoice(named);
    EXPECT_FALSE(problem_) << named;
    EXPECT_THAT(Names(use), ElementsAre("b"));
    EXPECT_TRUE(use.is_required);
  }
  EXPECT_FALSE(WithChoice(R"({"type": "allowed_tools", "tools": [{"name": "b"}]})").is_required);
}

TEST_F(ReadToolsTest, NamesWhatIsWrong) {
  EXPECT_EQ(Wrong(R"({"tools": {}})"), "tools");
  EXPECT_EQ(Wrong(R"({"tools": [1]})"), "tools[0]");
  EXPECT_EQ(Wrong(R"({"tools": [{"type": "web_search"}]})"), "tools[0].type");
  EXPECT_EQ(Wrong(R"({"tools": [{"type": "function", "function": {}}]})"),
            "tools[0].function.name");
  EXPECT_EQ(Wrong(R"({"tools": [{"name": "a b"}]})"), "tools[0].name");
  EXPECT_EQ(Wrong(R"({"tools": [{"name": "a"}, {"name": "a"}]})"), "tools[1].name");
  EXPECT_EQ(Wrong(R"({"tools": [{"name": "a", "parameters": []}]})"), "tools[0].parameters");
  EXPECT_EQ(Wrong(R"({"tool_choice": "required"})"), "tool_choice");
  EXPECT_EQ(Wrong(R"({"tool_choice": "auto", "tools": []})"), "");
  EXPECT_EQ(Wrong(R"({"tool_choice": "none", "tools": [{}]})"), "");
  WithChoice("\"sometimes\"");
  EXPECT_EQ(problem_->param, "tool_choice");
  WithChoice(R"({"type": "function", "name": "c"})");
  EXPECT_EQ(problem_->param, "tool_choice.name");
  WithChoice(R"({"type": "allowed_tools", "tools": []})");
  EXPECT_EQ(problem_->param, "tool_choice.tools");
  std::string many = R"({"tools": [)";
  for (std::size_t i = 0; i <= kMaxTools; ++i) many += (i == 0 ? "{}" : ",{}");
  EXPECT_EQ(Wrong(many + "]}"), "tools");
}

TEST_F(ReadToolsTest, ModelsWithoutChatTemplateHaveNone) {
  model_.chat_template.clear();
  EXPECT_EQ(Wrong(R"({"tools": [{"name": "a"}]})"), "tools");
  EXPECT_EQ(Wrong(R"({"tools": [{"name": "a"}], "tool_choice": "none"})"), "");
}

TEST_F(ReadToolsTest, ReadsCalls) {
  const Json message = Json::parse(R"({"tool_calls": [
    {"id": "1", "type": "function", "function": {"name": "a", "arguments": "{\"x\": 1}"}},
    {"function": {"name": "b", "arguments": {"x": 2}}}, {"function": {"name": "c"}},
    {"function": {"name": "d", "arguments": ""}}]})");
  Fields fields(message, "messages[1]", problem_);
  const auto calls = ReadCalls(fields, problem_);
  EXPECT_FALSE(problem_);
  ASSERT_EQ(calls.size(), 4u);
  EXPECT_EQ(calls[0].arguments["x"], 1);
  EXPECT_EQ(calls[1].arguments["x"], 2);
  EXPECT_EQ(ToText(calls[2].arguments) + ToText(calls[3].arguments), "{}{}");
  const Json wrong =
      Json::parse(R"({"tool_calls": [{"function": {"name": "a", "arguments": "x"}}]})");
  Fields wrong_fields(wrong, "messages[1]", problem_);
  ReadCalls(wrong_fields, problem_);
  EXPECT_EQ(problem_->param, "messages[1].tool_calls[0].function.arguments");
}

}  // namespace
}  // namespace edgevlm
