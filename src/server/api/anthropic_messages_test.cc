#include "server/api/anthropic_messages.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

class AnthropicMessagesTest : public ::testing::Test {
 protected:
  std::vector<RequestMessage> Read(const std::string& body) {
    problem_.reset();
    const Json object = Json::parse(body);
    Fields fields(object, "", problem_);
    RequestImages images(rules_, problem_);
    return ReadAnthropicMessages(fields, images, problem_, ToolForm::kHermes);
  }

  const ServerRules rules_ = {};
  Problem problem_;
};

TEST_F(AnthropicMessagesTest, ReadsTextsAndBlocks) {
  const auto messages = Read(
      R"({"system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
          "messages": [{"role": "user", "content": [
            {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": "UDYgMSAxIDI1NQphYmM="}},
            {"type": "text", "text": "a"}]},
           {"role": "assistant", "content": "b"}]})");
  EXPECT_FALSE(problem_);
  ASSERT_EQ(messages.size(), 3);
  EXPECT_EQ(messages[0].role, Role::kSystem);
  EXPECT_EQ(messages[0].parts.at(0).text, "s");
  EXPECT_NE(messages[1].parts.at(0).image, nullptr);
  EXPECT_EQ(messages[1].parts.at(1).text, "a");
  EXPECT_EQ(messages[2].role, Role::kAssistant);
  EXPECT_EQ(Read(R"({"system": "s", "messages": [{"role": "user", "content": "a"}]})").size(), 2);
}

// Results come before the rest of their message.
TEST_F(AnthropicMessagesTest, ReadsCallsAndResults) {
  const auto messages = Read(
      R"({"messages": [
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": [
          {"type": "thinking", "thinking": "t", "signature": ""},
          {"type": "tool_use", "id": "1", "name": "f", "input": {"x": 1}}]},
        {"role": "user", "content": [
          {"type": "text", "text": "and?"},
          {"type": "tool_result", "tool_use_id": "1", "content": "r"},
          {"type": "tool_result", "tool_use_id": "2"}]}]})");
  EXPECT_FALSE(problem_);
  ASSERT_EQ(messages.size(), 4);
  EXPECT_EQ(messages[1].parts.at(0).text,
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>");
  EXPECT_EQ(messages[2].parts.at(1).text, "r");
  EXPECT_EQ(messages[3].parts.at(0).text, "and?");
}

TEST_F(AnthropicMessagesTest, NamesWhatIsWrong) {
  const auto user = [](const std::string& content) {
    return R"({"messages": [{"role": "user", "content": )" + content + "}]}";
  };
  const std::pair<std::string, const char*> cases[] = {
      {"{}", "messages"},
      {R"({"messages": []})", "messages"},
      {R"({"messages": [1]})", "messages[0]"},
      {R"({"messages": [{"role": "tool", "content": "a"}]})", "messages[0].role"},
      {R"({"messages": [{"role": "user"}]})", "messages[0].content"},
      {R"({"system": 5, "messages": [{"role": "user", "content": "a"}]})", "system"},
      {R"({"system": [{"type": "image"}], "messages": [{"role": "user", "content": "a"}]})",
       "system[0].type"},
      {R"({"messages": [{"role": "assistant", "content": [{"type": "image"}]}]})",
       "messages[0].content[0].type"},
      {user(R"([{"type": "document"}])"), "messages[0].content[0].type"},
      {user(R"([{"type": "tool_result", "content": [{"type": "x"}]}])"),
       "messages[0].content[0].content[0].type"},
      {R"({"messages": [{"role": "assistant", "content": [{"type": "tool_use", "input": {}}]}]})",
       "messages[0].content[0].name"},
      {user(R"([{"type": "text"}])"), "messages[0].content[0].text"},
      {user(R"([{"type": "image"}])"), "messages[0].content[0].source"},
      {user(R"([{"type": "image", "source": {"type": "file"}}])"),
       "messages[0].content[0].source.type"},
      {user(R"([{"type": "image", "source": {"type": "base64"}}])"),
       "messages[0].content[0].source.data"},
      {user(R"([{"type": "image", "source": {"type": "base64", "data": "AAAA"}}])"),
       "messages[0].content[0].source.data"},
  };
  for (const auto& [body, param] : cases) {
    Read(body);
    EXPECT_EQ(problem_ ? problem_->param : "", param) << body;
  }
}

}  // namespace
}  // namespace edgevlm
