// edgevlm serve: /v1/responses, /v1/messages and /v1/completions.
#include <gmock/gmock.h>

#include <sstream>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::StartsWith;

class ServeResponsesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm; }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  static HttpReply Respond(const json& body) { return server().Post("/v1/responses", body); }

  static HttpReply Message(const json& fields) {
    json body = {{"max_tokens", 8}, {"messages", {{{"role", "user"}, {"content", "Say hi"}}}}};
    body.update(fields);
    return server().Post("/v1/messages", body);
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeResponsesTest::server_ = nullptr;

// The objects of a stream of named events; each says its name again.
std::vector<json> NamedEvents(const std::string& body) {
  std::vector<json> events;
  std::istringstream lines(body);
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("event: ")) name = line.substr(7);
    if (!line.starts_with("data: ")) continue;
    events.push_back(json::parse(line.substr(6)));
    EXPECT_EQ(events.back()["type"], name);
  }
  return events;
}

std::string TextOf(const json& response) { return response["output"][0]["content"][0]["text"]; }

json UserImage() {
  return {{"role", "user"},
          {"content",
           {{{"type", "input_text"}, {"text", "what?"}},
            {{"type", "input_image"}, {"image_url", DataUri(PpmImage())}}}}};
}

TEST_F(ServeResponsesTest, SaysTheSameAsChat) {
  const json response = Respond({{"input", {UserImage()}}, {"max_output_tokens", 16}}).Json();
  const json part = {{"type", "image_url"}, {"image_url", {{"url", DataUri(PpmImage())}}}};
  const json chat =
      server()
          .Post(
              "/v1/chat/completions",
              {{"max_tokens", 16},
               {"messages",
                {{{"role", "user"}, {"content", {{{"type", "text"}, {"text", "what?"}}, part}}}}}})
          .Json();
  EXPECT_EQ(TextOf(response), chat["choices"][0]["message"]["content"]);
  EXPECT_EQ(response["usage"]["input_tokens"], chat["usage"]["prompt_tokens"]);
  EXPECT_EQ(response["max_output_tokens"], 16);
  EXPECT_EQ(response["incomplete_details"].is_null(), response["status"] == "completed");
}

TEST_F(ServeResponsesTest, StreamsWhatItReturns) {
  json body = {{"input", {UserImage()}}, {"max_output_tokens", 16}, {"metadata", {{"a", "b"}}}};
  const json whole = Respond(body).Json();
  body["stream"] = true;
  const std::vector<json> events = NamedEvents(Respond(body).body);
  std::string text;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i]["sequence_number"], i);
    if (events[i]["type"] == "response.output_text.delta") text += events[i]["delta"];
  }
  EXPECT_EQ(text, TextOf(whole));
  ASSERT_GT(events.size(), 8);
  const json& last = events.back()["response"];
  EXPECT_EQ(TextOf(last), text);
  EXPECT_EQ(last["metadata"], json({{"a", "b"}}));
  EXPECT_EQ(last["id"], events.front()["response"]["id"]);
  EXPECT_EQ(last["output"][0]["id"], events[2]["item"]["id"]);
}

TEST_F(ServeResponsesTest, AreStored) {
  const json first = Respond({{"input", {UserImage()}}, {"instructions", "be brief"}}).Json();
  const std::string id = first["id"];
  EXPECT_EQ(server().Get("/v1/responses/" + id).Json(), first);
  EXPECT_EQ(server().Get("/responses/" + id + "?stream=true").status, 400);
  const json next = Respond({{"input", "and now?"}, {"previous_response_id", id}}).Json();
  EXPECT_EQ(next["previous_response_id"], id);
  // The built-in model answers about the last image, which the first request had.
  EXPECT_GT(next["usage"]["input_tokens"], 100);
  EXPECT_EQ(Respond({{"input",
                      {{{"type", "item_reference"}, {"id", first["output"][0]["id"]}},
                       {{"role", "user"}, {"content", "a"}}}}})
                .status,
            200);
  EXPECT_EQ(server().Request("DELETE", "/v1/responses/" + id).Json()["deleted"], true);
  EXPECT_EQ(server().Request("DELETE", "/v1/responses/" + id).status, 404);
  EXPECT_EQ(server().Get("/v1/responses/" + id).status, 404);
  EXPECT_EQ(Respond({{"input", "a"}, {"previous_response_id", id}}).status, 400);
}

TEST_F(ServeResponsesTest, AreNotStoredOnRequest) {
  const std::string id = Respond({{"input", "a"}, {"store", false}}).Json()["id"];
  EXPECT_EQ(server().Get("/v1/responses/" + id).status, 404);
  const ServedEdgevlm none({"--stored-responses-mib", "0"});
  const std::string other = none.Post("/v1/responses", {{"input", "a"}}).Json()["id"];
  EXPECT_EQ(none.Get("/v1/responses/" + other).status, 404);
}

TEST_F(ServeResponsesTest, BelongToTheirKey) {
  const TestFolder folder;
  const ServedEdgevlm locked(
      {"--keys-file", folder.Write("keys", "sixteen-or-more-1\nsixteen-or-more-2\n")});
  const std::string one = "Authorization: Bearer sixteen-or-more-1\r\n";
  const std::string two = "Authorization: Bearer sixteen-or-more-2\r\n";
  const std::string path =
      "/v1/responses/" + locked.Request("POST", "/v1/responses", one, R"({"input": "a"})")
                             .Json()["id"]
                             .get<std::string>();
  EXPECT_EQ(locked.Request("GET", path, one).status, 200);
  EXPECT_EQ(locked.Request("GET", path, two).status, 404);
  EXPECT_EQ(locked.Request("DELETE", path, two).status, 404);
  EXPECT_EQ(locked.Get(path).status, 401);
  EXPECT_EQ(locked.Post("/v1/messages", json::object()).Json()["error"]["type"],
            "authentication_error");
}

TEST_F(ServeResponsesTest, KeepToASchema) {
  const json schema = {{"type", "object"},
                       {"strict", true},
                       {"properties", {{"n", {{"type", "integer"}, {"maximum", 9}}}}},
                       {"required", {"n"}}};
  const json format = {{"type", "json_schema"}, {"name", "n"}, {"schema", schema}};
  const json response = Respond({{"input", "a"}, {"text", {{"format", format}}}}).Json();
  EXPECT_TRUE(json::parse(TextOf(response))["n"].is_number_integer()) << response;
  EXPECT_EQ(response["text"]["format"]["name"], "n");
  const json message =
      Message({{"output_config", {{"format", format}}}, {"max_tokens", 64}}).Json();
  EXPECT_TRUE(json::parse(message["content"][0]["text"].get<std::string>())["n"].is_number())
      << message;
}

TEST_F(ServeResponsesTest, RefuseWhatTheServerDoesNotDo) {
  const std::pair<const char*, json> refused[] = {
      {"background", true},
      {"conversation", "conv_1"},
      {"prompt", {{"id", "p"}}},
      {"tools", {{{"type", "web_search"}}}},
      {"top_logprobs", 21},
      {"metadata", 5},
      {"text", {{"format", {{"type", "xml"}}}}},
  };
  for (const auto& [name, value] : refused) {
    const HttpReply reply = Respond({{"input", "a"}, {name, value}});
    EXPECT_EQ(reply.status, 400) << name;
    EXPECT_THAT(reply.Json()["error"]["param"].get<std::string>(), StartsWith(name));
  }
  EXPECT_EQ(Respond({{"input", "a"},
                     {"max_output_tokens", 1},
                     {"background", false},
                     {"include", {"reasoning.encrypted_content"}},
                     {"parallel_tool_calls", true},
                     {"truncation", "auto"}})
                .status,
            200);
  for (const char* name : {"mcp_servers", "tools"}) {
    const HttpReply reply = Message({{name, {{{"name", "x"}}}}});
    EXPECT_EQ(reply.status, 400) << name;
    EXPECT_EQ(reply.Json()["error"]["type"], "invalid_request_error");
    EXPECT_THAT(reply.Json()["error"]["message"].get<std::string>(), StartsWith(name));
  }
  EXPECT_EQ(Message({{"thinking", {{"type", "enabled"}, {"budget_tokens", 1024}}}}).status, 400);
  EXPECT_EQ(Message({{"thinking", {{"type", "disabled"}}}}).status, 200);
}

TEST_F(ServeResponsesTest, CountTheirTokens) {
  const json input = {{"input", "hello"}, {"instructions", "brief"}};
  EXPECT_EQ(server().Post("/v1/responses/input_tokens", input).Json()["input_tokens"],
            Respond(input).Json()["usage"]["input_tokens"]);
}

TEST_F(ServeResponsesTest, MessagesStreamWhatTheyReturn) {
  const json limit = {{"max_tokens", 1}};
  const json whole = Message(limit).Json();
  EXPECT_EQ(whole["usage"]["output_tokens"], 1);
  EXPECT_EQ(whole["stop_reason"], "max_tokens");
  const std::vector<json> events = NamedEvents(Message({{"stream", true}, {"max_tokens", 1}}).body);
  std::string text;
  for (const json& event : events) {
    if (event["type"] == "content_block_delta") text += event["delta"]["text"];
  }
  EXPECT_EQ(text, whole["content"][0]["text"]);
  ASSERT_GT(events.size(), 5);
  const int counted = server()
                          .Post("/v1/messages/count_tokens",
                                {{"messages", {{{"role", "user"}, {"content", "Say hi"}}}}})
                          .Json()["input_tokens"];
  EXPECT_EQ(events.front()["message"]["usage"]["input_tokens"], counted);
  const json& usage = events[events.size() - 2]["usage"];
  EXPECT_EQ(usage["input_tokens"].get<int>() + usage["cache_read_input_tokens"].get<int>(),
            counted);
}

TEST_F(ServeResponsesTest, MessagesEndAtAStopSequence) {
  const std::string text = Message(json::object()).Json()["content"][0]["text"];
  const std::string stop = text.substr(text.size() / 2, 3);
  const json reply = Message({{"stop_sequences", {stop}}}).Json();
  EXPECT_EQ(reply["stop_reason"], "stop_sequence");
  EXPECT_EQ(reply["stop_sequence"], stop);
  EXPECT_EQ(reply["content"][0]["text"], text.substr(0, text.find(stop)));
}

TEST_F(ServeResponsesTest, CompletionsReplyToAPrompt) {
  const json body = {{"prompt", {"Say hi"}}, {"max_tokens", 1}};
  const json reply = server().Post("/v1/completions", body).Json();
  EXPECT_EQ(reply["object"], "text_completion");
  EXPECT_EQ(reply["usage"]["completion_tokens"], 1);
  EXPECT_EQ(reply["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(reply["choices"][0]["text"],
            server()
                .Post("/completions", {{"prompt", "Say hi"}, {"max_tokens", 1}})
                .Json()["choices"][0]["text"]);
  for (const json& prompt : {json(), json({1, 2}), json({"a", "b"}), json(5)}) {
    const HttpReply wrong = server().Post("/v1/completions", {{"prompt", prompt}});
    EXPECT_EQ(wrong.status, 400) << prompt;
    EXPECT_EQ(wrong.Json()["error"]["param"], "prompt");
  }
}

}  // namespace
}  // namespace edgevlm
