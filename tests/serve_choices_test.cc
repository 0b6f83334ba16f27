// How clients of edgevlm serve say what a reply is to be like: its length, its choices, how the
// conversation goes. With a text model whose chat template is ChatML.
#include <gmock/gmock.h>

#include <cstdlib>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr int kContext = 512;

std::string TextModel() { return DataPath("tiny-text.gguf"); }

json Say(const std::string& role, const json& content) {
  return {{"role", role}, {"content", content}};
}

class ServeChoicesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm({"-m", TextModel()}); }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  // Drawn, so that texts differ wherever what they follow or their choices do.
  static HttpReply Chat(const json& messages, const json& more = json::object()) {
    json body = {{"messages", messages}, {"temperature", 5}, {"seed", 7}, {"max_tokens", 24}};
    body.update(more);
    return server().Post("/v1/chat/completions", body);
  }
  static std::string TextOf(const HttpReply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json()["choices"][0]["message"]["content"].dump();
  }
  static HttpReply OllamaChat(const json& messages, const json& more = json::object()) {
    json options = {{"temperature", 5}, {"seed", 7}, {"num_predict", 24}};
    options.update(more);
    return server().Post("/api/chat",
                         {{"messages", messages}, {"options", options}, {"stream", false}});
  }
  static std::string OllamaTextOf(const HttpReply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json()["message"]["content"].dump();
  }
  static int PromptTokens(const json& messages) {
    return server()
        .Post("/v1/chat/completions/input_tokens", {{"messages", messages}})
        .Json()["input_tokens"];
  }

  static const json kHello;

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeChoicesTest::server_ = nullptr;
const json ServeChoicesTest::kHello = json::array({Say("user", "hello")});

TEST_F(ServeChoicesTest, AppliesPenalties) {
  const std::string plain = TextOf(Chat(kHello));
  const std::string presence = TextOf(Chat(kHello, {{"presence_penalty", 2}}));
  const std::string frequency = TextOf(Chat(kHello, {{"frequency_penalty", 1.5}}));
  EXPECT_NE(presence, plain);
  EXPECT_NE(frequency, plain);
  EXPECT_NE(presence, frequency);
  EXPECT_EQ(OllamaTextOf(OllamaChat(kHello, {{"presence_penalty", 2}})), presence);
  EXPECT_EQ(OllamaTextOf(OllamaChat(kHello, {{"frequency_penalty", 1.5}})), frequency);
  const json repeated = {{"repeat_penalty", 3}};
  EXPECT_NE(TextOf(Chat(kHello, repeated)), plain);
  EXPECT_EQ(TextOf(Chat(kHello, {{"repetition_penalty", 3}})), TextOf(Chat(kHello, repeated)));
  // How far back they look.
  json window = {{"frequency_penalty", 1.5}, {"repeat_last_n", -1}};
  EXPECT_EQ(TextOf(Chat(kHello, window)), frequency);
  window["repeat_last_n"] = 0;
  EXPECT_EQ(TextOf(Chat(kHello, window)), plain);
  EXPECT_EQ(OllamaTextOf(OllamaChat(kHello, window)), plain);
  window["repeat_last_n"] = 1;
  EXPECT_NE(TextOf(Chat(kHello, window)), plain);
  EXPECT_NE(TextOf(Chat(kHello, window)), frequency);
  EXPECT_EQ(Chat(kHello, {{"presence_penalty", 2.1}}).Json()["error"]["param"], "presence_penalty");
  EXPECT_EQ(OllamaChat(kHello, {{"frequency_penalty", -3}}).status, 400);
}

TEST_F(ServeChoicesTest, AcceptsNumbersAsClientsWriteThem) {
  const std::string drawn = TextOf(Chat(kHello, {{"max_tokens", 10}}));
  EXPECT_EQ(TextOf(Chat(kHello, {{"max_tokens", 10.0}, {"seed", 7.0}})), drawn);
  EXPECT_EQ(OllamaTextOf(OllamaChat(kHello, {{"num_predict", 10.0}, {"seed", 7.0}})), drawn);
  EXPECT_EQ(OllamaTextOf(OllamaChat(kHello, {{"num_predict", 10}, {"stop", ""}})), drawn);
  EXPECT_EQ(TextOf(Chat(kHello, {{"max_tokens", 10}, {"top_k", -1}})), drawn);
  const std::string plain = TextOf(Chat(kHello, {{"max_tokens", 10}, {"temperature", 0}}));
  EXPECT_NE(plain, drawn);
  // Of all tokens (top_k), the likeliest only (top_p).
  for (const json& greedy : {json{{"top_p", 0}, {"temperature", 1.5}, {"top_k", -1}},
                             json{{"top_p", 0.0}, {"temperature", 2}, {"top_k", 0}},
                             json{{"top_p", nullptr}, {"temperature", 0}, {"top_k", -1.0}},
                             json{{"top_p", 1}, {"temperature", nullptr}, {"stop", nullptr}},
                             json{{"temperature", 0}, {"stop", json::array()}, {"seed", nullptr}},
                             json{{"temperature", 0}, {"stop", {"", ""}}, {"min_p", nullptr}}}) {
    json openai = greedy, ollama = greedy;
    openai["max_tokens"] = ollama["num_predict"] = 10;
    EXPECT_EQ(TextOf(Chat(kHello, openai)), plain) << greedy;
    EXPECT_EQ(OllamaTextOf(OllamaChat(kHello, ollama)), plain) << greedy;
  }
}

// The likeliest token is a line's end, for ever.
TEST_F(ServeChoicesTest, ClampsMaxTokensToTheContext) {
  const auto chat = [](json more) {
    more["temperature"] = 0;
    return Chat(kHello, more).Json();
  };
  const json most = chat({{"max_tokens", 4000}});
  EXPECT_EQ(most["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(most["usage"]["total_tokens"], kContext + 1) << "the last token is not read";
  for (const json& limit : {json(-1), json(-2), json(8192), json(1e18), json(1 << 30)}) {
    EXPECT_EQ(chat({{"max_tokens", limit}})["choices"], most["choices"]) << limit;
    const json both = chat({{"max_tokens", 1}, {"max_completion_tokens", limit}});
    EXPECT_EQ(both["choices"], most["choices"]) << limit;
    const json ollama = OllamaChat(kHello, {{"num_predict", limit}, {"temperature", 0}}).Json();
    EXPECT_EQ(ollama["eval_count"], most["usage"]["completion_tokens"]) << limit;
  }
}

TEST_F(ServeChoicesTest, ClampsMaxTokensToTheServersLimit) {
  const ServedEdgevlm frugal({"-m", TextModel(), "--reply-tokens", "5"});
  for (const json& limit : {json(-1), json(100), json(nullptr)}) {
    const json body = {{"messages", kHello}, {"max_tokens", limit}, {"temperature", 0}};
    EXPECT_EQ(frugal.Post("/v1/chat/completions", body).Json()["usage"]["completion_tokens"], 5);
  }
}

// Before a stream begins, too.
TEST_F(ServeChoicesTest, RejectsAPromptLongerThanTheContext) {
  const std::string text(600, 'x');
  const json messages = json::array({Say("user", text)});
  for (const bool streams : {false, true}) {
    const HttpReply reply = Chat(messages, {{"stream", streams}});
    EXPECT_EQ(reply.status, 400);
    const json error = reply.Json()["error"];
    EXPECT_EQ(error["code"], "context_length_exceeded") << reply.body;
    EXPECT_EQ(error["param"], "messages");
    EXPECT_EQ(error["n_ctx"], kContext);
    EXPECT_EQ(error["n_prompt_tokens"], PromptTokens(messages));
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("maximum context length is 512"));
    for (const json& body : {json{{"messages", messages}}, json{{"prompt", text}}}) {
      json asked = body;
      asked["stream"] = streams;
      const char* path = body.contains("prompt") ? "/api/generate" : "/api/chat";
      const HttpReply ollama = server().Post(path, asked);
      EXPECT_EQ(ollama.status, 400);
      EXPECT_THAT(ollama.Json()["error"].get<std::string>(), HasSubstr("maximum context length"));
    }
  }
  const HttpReply huge = Chat(json::array({Say("user", std::string(2 << 20, 'x'))}));
  EXPECT_EQ(huge.status, 400);
  EXPECT_EQ(huge.Json()["error"]["code"], "context_length_exceeded");
  EXPECT_EQ(Chat(json::array({Say("user", std::string(400, 'x'))})).status, 200);
}

TEST_F(ServeChoicesTest, SystemMessagesMayBeAnywhere) {
  const json first = {Say("system", "be brief"), Say("user", "hello")};
  const json last = {Say("user", "hello"), Say("system", "be brief")};
  const json developer = {Say("developer", "be brief"), Say("user", "hello")};
  EXPECT_EQ(TextOf(Chat(developer)), TextOf(Chat(first)));
  EXPECT_EQ(PromptTokens(last), PromptTokens(first));
  TextOf(Chat(last));
  const json several = {Say("system", "be"), Say("system", "brief"), Say("user", "hello")};
  const json joined = {Say("system", "be\n\nbrief"), Say("user", "hello")};
  EXPECT_EQ(TextOf(Chat(several)), TextOf(Chat(joined)));
  EXPECT_EQ(OllamaTextOf(OllamaChat(several)), TextOf(Chat(joined)));
  EXPECT_EQ(Chat(json::array({Say("system", "be brief")})).status, 400);
}

TEST_F(ServeChoicesTest, MergesMessagesOfOneRoleAndIgnoresEmptyOnes) {
  const std::string joined = TextOf(Chat(json::array({Say("user", "hello\n\nworld")})));
  EXPECT_EQ(TextOf(Chat({Say("user", "hello"), Say("user", "world")})), joined);
  EXPECT_EQ(TextOf(Chat({Say("user", "hello"), Say("user", ""), Say("user", "world")})), joined);
  EXPECT_EQ(OllamaTextOf(OllamaChat({Say("user", "hello"), Say("user", "world")})), joined);
  EXPECT_EQ(TextOf(Chat({Say("system", ""), Say("user", "hello")})), TextOf(Chat(kHello)));
  EXPECT_EQ(TextOf(Chat({Say("user", "hello"), Say("assistant", "")})), TextOf(Chat(kHello)));
  EXPECT_EQ(Chat(json::array({Say("user", "")})).status, 400);
  EXPECT_EQ(Chat({Say("user", "hello"), Say("assistant", "hi"), Say("user", "")}).status, 400);
}

TEST_F(ServeChoicesTest, ContinuesAPartialReply) {
  const json begun = {Say("user", "hello"), Say("assistant", "hello world")};
  const int beginning =
      server().Post("/tokenize", {{"content", "hello world"}}).Json()["count"].get<int>();
  EXPECT_EQ(PromptTokens(begun), PromptTokens(kHello) + beginning)
      << "no turn ends or begins behind it";
  const std::string rest = TextOf(Chat(begun));
  EXPECT_NE(rest, TextOf(Chat(kHello)));
  EXPECT_EQ(OllamaTextOf(OllamaChat(begun)), rest);
  EXPECT_EQ(Chat(json::array({Say("assistant", "hello world")})).status, 400);
  const HttpReply formed = Chat(begun, {{"response_format", {{"type", "json_object"}}}});
  EXPECT_EQ(formed.status, 400);
  EXPECT_EQ(formed.Json()["error"]["code"], "unsupported");
}

TEST_F(ServeChoicesTest, AssistantMessagesMayBeEmpty) {
  const json after = Say("user", "world");
  const std::string silent = TextOf(Chat({Say("user", "hello"), Say("assistant", ""), after}));
  json refused = Say("assistant", nullptr), called = Say("assistant", nullptr);
  refused["refusal"] = "no";
  called["tool_calls"] = {{{"id", "1"}, {"type", "function"}, {"function", {{"name", "f"}}}}};
  for (const json& message : {Say("assistant", nullptr), Say("assistant", json::array()), refused,
                              called, json{{"role", "assistant"}}}) {
    EXPECT_EQ(TextOf(Chat({Say("user", "hello"), message, after})), silent) << message;
  }
  EXPECT_EQ(OllamaTextOf(OllamaChat({Say("user", "hello"), Say("assistant", nullptr), after})),
            silent);
  const json parts = json::array({{{"type", "refusal"}, {"refusal", "no"}}});
  EXPECT_EQ(TextOf(Chat({Say("user", "hello"), Say("assistant", parts), after})),
            TextOf(Chat({Say("user", "hello"), Say("assistant", "no"), after})));
  EXPECT_EQ(Chat(json::array({Say("user", nullptr)})).Json()["error"]["param"],
            "messages[0].content");
}

// As llama.cpp's server has them.
TEST_F(ServeChoicesTest, TimingsAreConsistent) {
  const json reply = Chat(kHello).Json();
  const json& timings = reply["timings"];
  EXPECT_EQ(timings["predicted_n"], reply["usage"]["completion_tokens"]);
  const double n = timings["predicted_n"], ms = timings["predicted_ms"];
  ASSERT_GT(ms, 0);
  EXPECT_NEAR(timings["predicted_per_second"], 1000 * n / ms, 1e-9 * 1000 * n / ms);
  EXPECT_NEAR(timings["predicted_per_token_ms"], ms / n, 1e-9 * ms / n);
  const double read = timings["prompt_n"], read_ms = timings["prompt_ms"];
  EXPECT_NEAR(timings["prompt_per_second"], 1000 * read / read_ms, 1e-9 * 1000 * read / read_ms);
}

}  // namespace
}  // namespace edgevlm
