// edgevlm serve: tools. The model has random weights, so calls are required, which the grammar
// enforces; texts have an end, which such a model does not find by itself.
#include <gmock/gmock.h>

#include <sstream>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class ServeToolsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const TestFolder folder;
    server_ = new ServedEdgevlm({"-m", WriteLongText(folder), "--model-name", "edgevlm"});
  }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  static json Schema() {
    return {{"type", "object"},
            {"properties",
             {{"zone", {{"type", "string"}, {"maxLength", 3}}},
              {"hours", {{"type", "integer"}, {"minimum", 1}, {"maximum", 9}}}}},
            {"required", {"zone", "hours"}}};
  }
  static json Tool(const std::string& name) {
    return {{"type", "function"}, {"function", {{"name", name}, {"parameters", Schema()}}}};
  }
  static json Request(const json& fields) {
    json body = {{"messages", {{{"role", "user"}, {"content", "time?"}}}},
                 {"tools", {Tool("f"), Tool("g")}},
                 {"parallel_tool_calls", false},
                 {"max_tokens", 256}};
    body.update(fields);
    return body;
  }
  static void ExpectArguments(const json& arguments) {
    EXPECT_EQ(arguments.size(), 2u);
    EXPECT_LE(arguments["zone"].get<std::string>().size(), 12u);
    EXPECT_GE(arguments["hours"], 1);
    EXPECT_LE(arguments["hours"], 9);
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeToolsTest::server_ = nullptr;

TEST_F(ServeToolsTest, ChatCompletions) {
  const HttpReply reply =
      server().Post("/v1/chat/completions", Request({{"tool_choice", "required"}}));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json choice = reply.Json()["choices"][0];
  EXPECT_EQ(choice["finish_reason"], "tool_calls");
  EXPECT_TRUE(choice["message"]["content"].is_null()) << reply.body;
  ASSERT_EQ(choice["message"]["tool_calls"].size(), 1u);
  const json& call = choice["message"]["tool_calls"][0];
  EXPECT_TRUE(call["id"].get<std::string>().starts_with("call_"));
  ExpectArguments(json::parse(call["function"]["arguments"].get<std::string>()));
  // The conversation goes on with the result.
  json messages = Request(json::object())["messages"];
  messages.push_back(choice["message"]);
  messages.push_back({{"role", "tool"}, {"tool_call_id", call["id"]}, {"content", "12:00"}});
  const HttpReply next =
      server().Post("/v1/chat/completions", Request({{"messages", messages}, {"max_tokens", 8}}));
  EXPECT_EQ(next.status, 200) << next.body;
  EXPECT_GT(next.Json()["usage"]["prompt_tokens"], reply.Json()["usage"]["prompt_tokens"]);
}

TEST_F(ServeToolsTest, StreamedChatCompletions) {
  const json named = {{"type", "function"}, {"function", {{"name", "g"}}}};
  std::istringstream lines(
      server()
          .Post("/v1/chat/completions", Request({{"tool_choice", named}, {"stream", true}}))
          .body);
  std::string arguments, name, content, ending;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("data: {")) continue;
    const json choice = json::parse(line.substr(6))["choices"][0];
    content += choice["delta"].value("content", "");
    if (choice["finish_reason"].is_string()) ending = choice["finish_reason"];
    for (const json& call : choice["delta"].value("tool_calls", json::array())) {
      EXPECT_EQ(call["index"], 0);
      name += call["function"].value("name", "");
      arguments += call["function"].value("arguments", "");
    }
  }
  EXPECT_EQ(name, "g");
  ExpectArguments(json::parse(arguments));
  EXPECT_EQ(content, "");
  EXPECT_EQ(ending, "tool_calls");
}

TEST_F(ServeToolsTest, Messages) {
  json tool = {{"name", "f"}, {"input_schema", Schema()}};
  json body = {{"max_tokens", 256},
               {"messages", {{{"role", "user"}, {"content", "time?"}}}},
               {"tools", {tool}},
               {"tool_choice", {{"type", "any"}, {"disable_parallel_tool_use", true}}}};
  const HttpReply reply = server().Post("/v1/messages", body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json message = reply.Json();
  EXPECT_EQ(message["stop_reason"], "tool_use");
  ASSERT_EQ(message["content"].size(), 1u);
  EXPECT_EQ(message["content"][0]["type"], "tool_use");
  ExpectArguments(message["content"][0]["input"]);
  const json result = {{"type", "tool_result"},
                       {"tool_use_id", message["content"][0]["id"]},
                       {"content", {{{"type", "text"}, {"text", "12:00"}}}}};
  body["messages"].push_back({{"role", "assistant"}, {"content", message["content"]}});
  body["messages"].push_back({{"role", "user"}, {"content", {result}}});
  body.erase("tool_choice");
  body["max_tokens"] = 8;
  EXPECT_EQ(server().Post("/v1/messages", body).status, 200);
  EXPECT_GT(server().Post("/v1/messages/count_tokens", body).Json()["input_tokens"], 20);
}

TEST_F(ServeToolsTest, Responses) {
  json tool = {{"type", "function"}, {"name", "f"}, {"parameters", Schema()}};
  json body = {{"input", "time?"},
               {"max_output_tokens", 256},
               {"tools", {tool}},
               {"tool_choice", "required"},
               {"parallel_tool_calls", false}};
  const HttpReply reply = server().Post("/v1/responses", body);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json response = reply.Json();
  ASSERT_EQ(response["output"].size(), 1u) << reply.body;
  const json call = response["output"][0];
  EXPECT_EQ(call["type"], "function_call");
  ExpectArguments(json::parse(call["arguments"].get<std::string>()));
  // The stored call is part of what the next request continues, by either way to refer to it.
  const json output = {
      {"type", "function_call_output"}, {"call_id", call["call_id"]}, {"output", "12:00"}};
  json next = {
      {"max_output_tokens", 4}, {"previous_response_id", response["id"]}, {"input", {output}}};
  const HttpReply continued = server().Post("/v1/responses", next);
  ASSERT_EQ(continued.status, 200) << continued.body;
  next.erase("previous_response_id");
  next["input"] = {{{"role", "user"}, {"content", "time?"}},
                   {{"type", "item_reference"}, {"id", call["id"]}},
                   output};
  const HttpReply referred = server().Post("/v1/responses", next);
  ASSERT_EQ(referred.status, 200) << referred.body;
  EXPECT_EQ(referred.Json()["usage"]["input_tokens"], continued.Json()["usage"]["input_tokens"]);
}

TEST_F(ServeToolsTest, StreamedResponses) {
  const json tool = {{"type", "function"}, {"name", "f"}, {"parameters", Schema()}};
  const std::string stream = server()
                                 .Post("/v1/responses", {{"input", "time?"},
                                                         {"max_output_tokens", 256},
                                                         {"tools", {tool}},
                                                         {"tool_choice", "required"},
                                                         {"parallel_tool_calls", false},
                                                         {"stream", true}})
                                 .body;
  std::vector<std::string> events;
  std::istringstream lines(stream);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("event: ")) events.push_back(line.substr(16));
  }
  EXPECT_THAT(events, ::testing::ElementsAre("created", "in_progress", "output_item.added",
                                             "function_call_arguments.delta",
                                             "function_call_arguments.done", "output_item.done",
                                             "completed"));
}

TEST_F(ServeToolsTest, Ollama) {
  const HttpReply reply =
      server().Post("/api/chat", {{"messages", {{{"role", "user"}, {"content", "time?"}}}},
                                  {"tools", {Tool("f")}},
                                  {"tool_choice", "required"},
                                  {"parallel_tool_calls", false},
                                  {"options", {{"num_predict", 256}}}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  std::istringstream lines(reply.body);
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  const json first = json::parse(line);
  EXPECT_EQ(first["done"], false);
  ExpectArguments(first["message"]["tool_calls"][0]["function"]["arguments"]);
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(json::parse(line)["done"], true);
}

TEST_F(ServeToolsTest, ResponseFormatsLeaveCallsOpen) {
  const json format = {{"type", "json_schema"},
                       {"json_schema", {{"schema", {{"type", "boolean"}}}}}};
  const HttpReply reply =
      server().Post("/v1/chat/completions", Request({{"response_format", format}}));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json message = reply.Json()["choices"][0]["message"];
  EXPECT_TRUE(message.contains("tool_calls") || message["content"] == "true" ||
              message["content"] == "false")
      << reply.body;
  const HttpReply both = server().Post(
      "/v1/chat/completions", Request({{"response_format", format}, {"tool_choice", "required"}}));
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(both.Json()["error"]["param"], "tool_choice");
}

TEST_F(ServeToolsTest, RejectsWhatCannotBeCalled) {
  const auto rejected = [](const json& fields) -> json {
    const HttpReply reply = server().Post("/v1/chat/completions", Request(fields));
    EXPECT_EQ(reply.status, 400) << reply.body;
    return reply.Json()["error"]["param"];
  };
  EXPECT_EQ(rejected({{"tools", {{{"type", "web_search"}}}}}), "tools[0].type");
  EXPECT_EQ(rejected({{"tool_choice", {{"type", "function"}, {"name", "h"}}}}), "tool_choice.name");
  json bomb = Tool("f");
  bomb["function"]["parameters"] = {{"$ref", "#/nowhere"}};
  EXPECT_EQ(rejected({{"tools", {bomb}}, {"tool_choice", "required"}}), "tools");
  EXPECT_EQ(rejected({{"messages", {{{"role", "tool"}}}}}), "messages[0].content");
  const json card = server().Post("/api/show", json::object()).Json();
  EXPECT_THAT(card["capabilities"], ::testing::Contains("tools"));
}

}  // namespace
}  // namespace edgevlm
