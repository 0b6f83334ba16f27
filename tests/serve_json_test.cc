// edgevlm serve with requests that are valid HTTP but invalid otherwise.
#include <gmock/gmock.h>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ServeJsonTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm; }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  void TearDown() override { EXPECT_EQ(server().Get("/health/live").status, 200); }

  static HttpReply PostText(const std::string& body) {
    return server().Request("POST", "/v1/chat/completions", "Content-Type: application/json\r\n",
                            body);
  }

  // A request that is valid except for these fields.
  static HttpReply PostWith(const json& fields) {
    json body = {
        {"messages",
         {{{"role", "user"},
           {"content", {{{"type", "image_url"}, {"image_url", {{"url", DataUri(PpmImage())}}}}}}}}},
        {"max_tokens", 4}};
    body.update(fields);
    return server().Post("/v1/chat/completions", body);
  }

  // Expects an error in OpenAI's format that names the field.
  static void ExpectRejected(const HttpReply& reply, int status, const std::string& param) {
    EXPECT_EQ(reply.status, status) << reply.body;
    const json error = reply.Json()["error"];
    EXPECT_TRUE(error["message"].is_string()) << reply.body;
    EXPECT_EQ(error["param"], param.empty() ? json() : json(param)) << reply.body;
  }

  static json Content(const json& content) {
    return {{"messages", {{{"role", "user"}, {"content", content}}}}};
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeJsonTest::server_ = nullptr;

TEST_F(ServeJsonTest, RejectsWhatIsNotJson) {  // 18
  const std::string whole = Content("hello").dump();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(PostText(whole.substr(0, size)).status, 400) << size;
  }
  EXPECT_EQ(PostText(std::string(100'000, '[')).status, 413);
  EXPECT_EQ(PostText("{\"a\":" + std::string(100'000, '[')).status, 413);
  EXPECT_EQ(PostText("[]").status, 400);
  EXPECT_EQ(PostText("null").status, 400);
  EXPECT_EQ(PostText(whole + "x").status, 400);
}

TEST_F(ServeJsonTest, RejectsWhatIsNotUnicode) {  // 19
  EXPECT_EQ(PostText("{\"messages\":[{\"role\":\"user\",\"content\":\"\xff\xfe\"}]}").status, 400);
  EXPECT_EQ(PostText("{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}").status, 400);
  EXPECT_EQ(PostText(std::string("{\"a\"\0:1}", 8)).status, 400);
  EXPECT_EQ(
      PostText(R"({"messages":[{"role":"user","content":"a\u0000b"}],"max_tokens":1})").status,
      200);
}

TEST_F(ServeJsonTest, RejectsDuplicateNames) {  // 20
  EXPECT_EQ(PostText(R"({"max_tokens":1,"max_tokens":2,"messages":[]})").status, 400);
}

TEST_F(ServeJsonTest, RejectsWrongTokenLimits) {  // 21
  for (const json& wrong : {json(-3), json(0), json(0.0), json(1e19), json(1.5), json("5"),
                            json(true), json::array({1}), json(18446744073709551615u)}) {
    ExpectRejected(PostWith({{"max_tokens", wrong}}), 400, "max_tokens");
  }
  EXPECT_EQ(PostWith({{"max_tokens", nullptr}}).status, 200);
}

TEST_F(ServeJsonTest, RejectsWrongNumbers) {  // 22
  for (const char* name : {"temperature", "top_p", "top_k", "min_p", "repetition_penalty",
                           "presence_penalty", "frequency_penalty", "repeat_last_n"}) {
    for (const json& wrong : {json(-2.5), json(1e300), json("1"), json::object()}) {
      ExpectRejected(PostWith({{name, wrong}}), 400, name);
    }
  }
  for (const char* text : {"NaN", "Infinity", "-Infinity", "1e999"}) {
    EXPECT_EQ(
        PostText(std::string(R"({"messages":[{"role":"user","content":"a"}],"temperature":)") +
                 text + "}")
            .status,
        400);
  }
}

TEST_F(ServeJsonTest, RejectsUnsupportedFeatures) {  // 23
  ExpectRejected(PostWith({{"n", 100'000}}), 400, "n");
  ExpectRejected(PostWith({{"best_of", 2}}), 400, "best_of");
  ExpectRejected(PostWith({{"n", 0}}), 400, "n");
  ExpectRejected(PostWith({{"tools", {{{"type", "function"}, {"name", "f"}}}}}), 400, "tools");
  ExpectRejected(PostWith({{"functions", {{{"name", "f"}}}}}), 400, "functions");
  const json nothing = {{"tools", json::array()}, {"logit_bias", json::object()},
                        {"user", "me"},           {"suffix", ""},
                        {"logprobs", false},      {"n", 1.0},
                        {"top_logprobs", nullptr}};
  EXPECT_EQ(PostWith(nothing).status, 200);
  EXPECT_EQ(server().Post("/api/generate", {{"prompt", "a"}, {"think", true}}).status, 400);
  EXPECT_EQ(
      server().Post("/api/generate", {{"prompt", "a"}, {"options", {{"mirostat", 2}}}}).status,
      400);
  ExpectRejected(server().Post("/tokenize", json::object()), 400, "content");
}

TEST_F(ServeJsonTest, RejectsWrongMessages) {  // 24
  ExpectRejected(PostText("{}"), 400, "messages");
  ExpectRejected(PostText(R"({"messages":[]})"), 400, "messages");
  ExpectRejected(PostText(R"({"messages":{}})"), 400, "messages");
  ExpectRejected(PostText(R"({"messages":[1]})"), 400, "messages[0]");
  ExpectRejected(PostText(R"({"messages":[{"role":"robot","content":"a"}]})"), 400,
                 "messages[0].role");
  ExpectRejected(PostText(R"({"messages":[{"role":"user"}]})"), 400, "messages[0].content");
  ExpectRejected(PostWith(Content(json::array())), 400, "messages[0].content");
  ExpectRejected(PostWith(Content({{{"type", "hologram"}}})), 400, "messages[0].content[0].type");
  ExpectRejected(PostWith(Content({{{"type", "text"}}})), 400, "messages[0].content[0].text");
  ExpectRejected(PostWith(Content({{{"type", "image_url"}}})), 400,
                 "messages[0].content[0].image_url");
  EXPECT_EQ(PostWith(Content("")).status, 400);
  EXPECT_EQ(PostText(R"({"messages":[{"role":"assistant","content":"a"}]})").status, 400);
}

TEST_F(ServeJsonTest, ControlTokensInTextAreText) {  // 25
  const HttpReply reply = PostWith(Content("<|image|><|caption|><|endoftext|>\x01"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_GT(reply.Json()["usage"]["prompt_tokens"], 10);
}

TEST_F(ServeJsonTest, RejectsMoreThanTheContext) {  // 26, 27
  EXPECT_EQ(PostWith(Content(std::string(200'000, 'a'))).Json()["error"]["code"],
            "context_length_exceeded");
  for (const bool streams : {false, true}) {
    const HttpReply reply = server().Post("/vqa", {{"image", Base64(PpmImage())},
                                                   {"question", std::string(200'000, 'a')},
                                                   {"stream", streams}});
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.Json()["error"]["code"], "context_length_exceeded");
  }
  json messages = json::array();
  for (int i = 0; i < 2000; ++i) messages.push_back({{"role", "user"}, {"content", "a"}});
  ExpectRejected(PostWith({{"messages", messages}}), 400, "messages");
}

TEST_F(ServeJsonTest, RejectsWrongStops) {  // 28
  ExpectRejected(PostWith({{"stop", std::vector<std::string>(10'000, "a")}}), 400, "stop");
  ExpectRejected(PostWith({{"stop", {"a", 1}}}), 400, "stop");
  ExpectRejected(PostWith({{"stop", std::string(100'000, 'a')}}), 400, "stop");
}

TEST_F(ServeJsonTest, RejectsWrongResponseFormats) {
  const auto rejected = [&](const json& schema) {
    const json format = {{"type", "json_schema"}, {"json_schema", {{"schema", schema}}}};
    ExpectRejected(PostWith({{"response_format", format}}), 400,
                   "response_format.json_schema.schema");
  };
  rejected({{"type", "string"}, {"pattern", "(a+)\\1$"}});
  rejected({{"type", "string"}, {"pattern", "([ab]*a[ab]{40}){40}$"}});
  rejected({{"type", "string"}, {"format", "zodiac"}});
  rejected({{"$ref", "#/$defs/a"},
            {"$defs", {{"a", {{"anyOf", {{{"$ref", "#/$defs/a"}}, {{"type", "null"}}}}}}}}});
  json wide = json::object();
  for (int i = 0; i < 1000; ++i) {
    wide[std::to_string(i)] = {{"pattern", "^.{20}" + std::to_string(i)}};
  }
  rejected({{"properties", wide}});
  for (int i = 0; i < 2000; ++i) wide[std::to_string(i)] = 1;
  EXPECT_EQ(PostWith({{"response_format", wide}}).status, 413);
  ExpectRejected(PostWith({{"response_format", {{"type", "xml"}}}}), 400, "response_format.type");
  ExpectRejected(PostWith({{"response_format", "json"}}), 400, "response_format");
  ExpectRejected(PostWith({{"response_format", {{"type", "json_schema"}}}}), 400,
                 "response_format.json_schema");
}

TEST_F(ServeJsonTest, RejectsUnknownModels) {  // 30
  ExpectRejected(PostWith({{"model", "gpt-4"}}), 404, "model");
  EXPECT_EQ(PostWith({{"model", "edgevlm"}}).status, 200);
  EXPECT_EQ(server().Get("/v1/models/gpt-4").status, 404);
  EXPECT_EQ(server().Post("/api/generate", {{"model", "llava"}, {"prompt", "a"}}).status, 404);
}

TEST_F(ServeJsonTest, RejectsWrongForms) {  // 31
  const auto status = [&](const std::string& type, const std::string& body) {
    return server().Request("POST", "/caption", "Content-Type: " + type + "\r\n", body).status;
  };
  EXPECT_EQ(status("multipart/form-data", "--x"), 415);
  EXPECT_EQ(status("multipart/form-data; boundary=\"\"", "--x"), 415);
  EXPECT_EQ(status("multipart/form-data; boundary=x", "no boundary"), 400);
  EXPECT_EQ(status("multipart/form-data; boundary=x", "--x--"), 400);
  EXPECT_EQ(status("multipart/form-data; boundary=" + std::string(200, 'x'), "--x"), 415);
}

TEST_F(ServeJsonTest, ErrorsOfOllamaHaveItsShape) {
  const HttpReply reply = server().Post("/api/chat", {{"messages", {{{"role", "robot"}}}}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_TRUE(reply.Json()["error"].is_string());
  EXPECT_EQ(server().Post("/api/generate", {{"prompt", "a"}, {"format", "xml"}}).status, 400);
}

// Whichever check rejects the request: Ollama's clients show the member "error".
TEST_F(ServeJsonTest, ErrorsBelowApiHaveOllamasShape) {
  const TestFolder folder;
  const ServedEdgevlm locked(
      {"--keys-file", folder.Write("keys", "sixteen-or-more-1\n"), "--body-mib", "1"});
  const auto expect = [](const HttpReply& reply, int status) {
    EXPECT_EQ(reply.status, status) << reply.body;
    EXPECT_TRUE(reply.Json()["error"].is_string()) << reply.body;
  };
  for (const char* path : {"/api/create", "/api/copy", "/api/nope", "/api/", "/api/chat/x"}) {
    expect(server().Post(path, {{"model", "edgevlm"}}), 404);
  }
  expect(server().Post("/api/pull", {{"model", "llava"}}), 404);
  expect(server().Post("/api/embed", {{"model", "edgevlm"}}), 400);
  expect(server().Request("DELETE", "/api/delete", "", R"({"model": "edgevlm"})"), 501);
  expect(server().Get("/api/chat"), 405);
  expect(server().Post("/api/tags", json::object()), 405);
  expect(server().Request("DELETE", "/api/delete"), 400);
  expect(server().Request("POST", "/api/chat", "Content-Encoding: gzip\r\n", "x"), 415);
  expect(server().Request("GET", "/api/tags", "Origin: https://evil.example\r\n"), 403);
  expect(locked.Get("/api/tags"), 401);
  expect(locked.Request("POST", "/api/chat", "Authorization: Bearer sixteen-or-more-1\r\n",
                        std::string((1 << 20) + 1, 'x')),
         413);
  Client client = server().Connect();
  client.Send("GET /api/tags HTTP/1.1\r\nHost: host.docker.internal:8080\r\n\r\n");
  const HttpReply foreign = client.Receive();
  expect(foreign, 421);
  EXPECT_THAT(foreign.Json()["error"].get<std::string>(),
              AllOf(HasSubstr("host.docker.internal"), HasSubstr("server.host_names")));
  // The path of a previous request must not matter.
  client.Send("nonsense\r\n\r\n");
  EXPECT_TRUE(client.Receive().Json()["error"].is_object());
  EXPECT_TRUE(server().Post("/v1/nope", json::object()).Json()["error"]["message"].is_string());
}

}  // namespace
}  // namespace edgevlm
