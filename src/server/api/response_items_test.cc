#include "server/api/response_items.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

constexpr std::size_t kStoreBytes = std::size_t{1} << 20;

class ResponseItemsTest : public ::testing::Test {
 protected:
  ResponseItemsTest() {
    const RequestMessage question = {.role = Role::kUser, .parts = {{.text = "q"}}};
    const RequestMessage reply = {.role = Role::kAssistant, .parts = {{.text = "r"}}};
    store_.Add("resp_1", {.scope = "key", .messages = {question, reply}, .object = "{}"});
  }

  std::vector<RequestMessage> Read(const std::string& body, const char* scope = "key") {
    problem_.reset();
    const Json object = Json::parse(body);
    Fields fields(object, "", problem_);
    RequestImages images(rules_, problem_);
    return ReadResponseInput(fields, images, problem_, {.store = store_, .scope = scope},
                             ToolForm::kHermes);
  }

  // The field that is wrong; empty: none.
  std::string Wrong(const std::string& body, const char* scope = "key") {
    Read(body, scope);
    return problem_ ? problem_->param : "";
  }

  const ServerRules rules_ = {};
  ResponseStore store_{kStoreBytes};
  Problem problem_;
};

TEST_F(ResponseItemsTest, ReadsTextsAndItems) {
  EXPECT_EQ(Read(R"({"input": "a"})").at(0).parts.at(0).text, "a");
  const auto messages = Read(
      R"({"input": [{"role": "developer", "content": "s"},
                    {"type": "message", "role": "user", "content": [
                      {"type": "input_text", "text": "a"},
                      {"type": "input_image", "image_url": "data:image/x-portable-pixmap;base64,UDYgMSAxIDI1NQphYmM="}]},
                    {"role": "assistant", "content": [{"type": "output_text", "text": "b"},
                                                      {"type": "refusal", "refusal": "c"}]}]})");
  EXPECT_FALSE(problem_);
  ASSERT_EQ(messages.size(), 3);
  EXPECT_EQ(messages[0].role, Role::kSystem);
  EXPECT_EQ(messages[1].parts.at(0).text, "a");
  EXPECT_NE(messages[1].parts.at(1).image, nullptr);
  EXPECT_EQ(messages[2].role, Role::kAssistant);
  EXPECT_EQ(messages[2].parts.at(0).text + messages[2].parts.at(1).text, "bc");
}

TEST_F(ResponseItemsTest, ContinuesStoredResponses) {
  const auto messages = Read(R"({"previous_response_id": "resp_1", "input": "a"})");
  ASSERT_EQ(messages.size(), 3);
  EXPECT_EQ(messages[1].parts.at(0).text, "r");
  EXPECT_EQ(messages[2].parts.at(0).text, "a");
  const auto referred = Read(
      R"({"input": [{"role": "user", "content": "q"}, {"type": "item_reference", "id": "msg_1"},
                    {"role": "user", "content": "a"}]})");
  ASSERT_EQ(referred.size(), 3);
  EXPECT_EQ(referred[1].role, Role::kAssistant);
  EXPECT_EQ(referred[1].parts.at(0).text, "r");
}

TEST_F(ResponseItemsTest, KeepsScopesApart) {
  EXPECT_EQ(Wrong(R"({"previous_response_id": "resp_1", "input": "a"})", "other"),
            "previous_response_id");
  EXPECT_EQ(Wrong(R"({"input": [{"type": "item_reference", "id": "msg_1"}]})", "other"),
            "input[0].id");
}

// References to several items of one response are to one message.
TEST_F(ResponseItemsTest, ReadsCallsAndResults) {
  const auto messages = Read(
      R"({"input": [{"role": "user", "content": "q"},
                    {"type": "reasoning", "id": "rs_1", "summary": []},
                    {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "c", "output": "r"},
                    {"type": "item_reference", "id": "msg_1"},
                    {"type": "item_reference", "id": "fc_1_1"}]})");
  EXPECT_FALSE(problem_);
  ASSERT_EQ(messages.size(), 4);
  EXPECT_EQ(messages[1].role, Role::kAssistant);
  EXPECT_EQ(messages[1].parts.at(0).text,
            "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>");
  EXPECT_EQ(messages[2].parts.at(1).text, "r");
  EXPECT_EQ(messages[3].parts.at(0).text, "r");
}

TEST_F(ResponseItemsTest, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "input"},
      {R"({"input": []})", "input"},
      {R"({"input": 5})", "input"},
      {R"({"input": ["a"]})", "input[0]"},
      {R"({"input": "a", "previous_response_id": "resp_2"})", "previous_response_id"},
      {R"({"input": "a", "previous_response_id": 1})", "previous_response_id"},
      {R"({"input": [{"role": "robot", "content": "a"}]})", "input[0].role"},
      {R"({"input": [{"role": "user"}]})", "input[0].content"},
      {R"({"input": [{"role": "user", "content": [{"type": "input_file"}]}]})",
       "input[0].content[0].type"},
      {R"({"input": [{"role": "user", "content": [{"type": "input_text"}]}]})",
       "input[0].content[0].text"},
      {R"({"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]})",
       "input[0].content[0].image_url"},
      {R"({"input": [{"type": "file_search_call", "id": "f"}]})", "input[0].type"},
      {R"({"input": [{"type": "function_call", "call_id": "c"}]})", "input[0].name"},
      {R"({"input": [{"type": "function_call", "name": "f", "arguments": "x"}]})",
       "input[0].arguments"},
      {R"({"input": [{"type": "function_call_output", "call_id": "c"}]})", "input[0].output"},
      {R"({"input": [{"type": "item_reference", "id": "resp_1"}]})", "input[0].id"},
  };
  for (const auto& [body, param] : cases) EXPECT_EQ(Wrong(body), param) << body;
}

TEST_F(ResponseItemsTest, LimitsMessages) {
  Json input = Json::array();
  for (int i = 0; i < 1023; ++i) input.push_back({{"role", "user"}, {"content", "a"}});
  EXPECT_EQ(Wrong(Json{{"input", input}}.dump()), "");
  EXPECT_EQ(Wrong(Json{{"previous_response_id", "resp_1"}, {"input", input}}.dump()), "input");
}

}  // namespace
}  // namespace edgevlm
