// Request parameters of edgevlm serve: length limits, sampling, and the structure of conversations.
// Uses a text model with the chat template ChatML.
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

json Message(const std::string& role, const json& content) {
  return {{"role", role}, {"content", content}};
}

class ServeChoicesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm({"-m", TextModel()}); }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  // Sampled, so that replies differ whenever their prompts or parameters do.
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
const json ServeChoicesTest::kHello = json::array({Message("user", "hello")});

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
  // The window of the penalties.
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
  // All tokens (top_k), then only the most probable one (top_p).
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

// The most probable token is always a line end, so replies do not end by themselves.
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

// Also before a stream starts.
TEST_F(ServeChoicesTest, RejectsAPromptLongerThanTheContext) {
  const std::string text(600, 'x');
  const json messages = json::array({Message("user", text)});
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
  const HttpReply huge = Chat(json::array({Message("user", std::string(2 << 20, 'x'))}));
  EXPECT_EQ(huge.status, 400);
  EXPECT_EQ(huge.Json()["error"]["code"], "context_length_exceeded");
  EXPECT_EQ(Chat(json::array({Message("user", std::string(400, 'x'))})).status, 200);
}

TEST_F(ServeChoicesTest, SystemMessagesMayBeAnywhere) {
  const json first = {Message("system", "be brief"), Message("user", "hello")};
  const json last = {Message("user", "hello"), Message("system", "be brief")};
  const json developer = {Message("developer", "be brief"), Message("user", "hello")};
  EXPECT_EQ(TextOf(Chat(developer)), TextOf(Chat(first)));
  EXPECT_EQ(PromptTokens(last), PromptTokens(first));
  TextOf(Chat(last));
  const json several = {Message("system", "be"), Message("system", "brief"),
                        Message("user", "hello")};
  const json joined = {Message("system", "be\n\nbrief"), Message("user", "hello")};
  EXPECT_EQ(TextOf(Chat(several)), TextOf(Chat(joined)));
  EXPECT_EQ(OllamaTextOf(OllamaChat(several)), TextOf(Chat(joined)));
  EXPECT_EQ(Chat(json::array({Message("system", "be brief")})).status, 400);
}

TEST_F(ServeChoicesTest, MergesMessagesOfOneRoleAndIgnoresEmptyOnes) {
  const std::string joined = TextOf(Chat(json::array({Message("user", "hello\n\nworld")})));
  EXPECT_EQ(TextOf(Chat({Message("user", "hello"), Message("user", "world")})), joined);
  EXPECT_EQ(TextOf(Chat({Message("user", "hello"), Message("user", ""), Message("user", "world")})),
            joined);
  EXPECT_EQ(OllamaTextOf(OllamaChat({Message("user", "hello"), Message("user", "world")})), joined);
  EXPECT_EQ(TextOf(Chat({Message("system", ""), Message("user", "hello")})), TextOf(Chat(kHello)));
  EXPECT_EQ(TextOf(Chat({Message("user", "hello"), Message("assistant", "")})),
            TextOf(Chat(kHello)));
  EXPECT_EQ(Chat(json::array({Message("user", "")})).status, 400);
  EXPECT_EQ(
      Chat({Message("user", "hello"), Message("assistant", "hi"), Message("user", "")}).status,
      400);
}

TEST_F(ServeChoicesTest, ContinuesAPartialReply) {
  const json partial = {Message("user", "hello"), Message("assistant", "hello world")};
  const int partial_tokens =
      server().Post("/tokenize", {{"content", "hello world"}}).Json()["count"].get<int>();
  EXPECT_EQ(PromptTokens(partial), PromptTokens(kHello) + partial_tokens)
      << "no turn ends or begins behind it";
  const std::string rest = TextOf(Chat(partial));
  EXPECT_NE(rest, TextOf(Chat(kHello)));
  EXPECT_EQ(OllamaTextOf(OllamaChat(partial)), rest);
  EXPECT_EQ(Chat(json::array({Message("assistant", "hello world")})).status, 400);
  const HttpReply formed = Chat(partial, {{"response_format", {{"type", "json_object"}}}});
  EXPECT_EQ(formed.status, 400);
  EXPECT_EQ(formed.Json()["error"]["code"], "unsupported");
}

TEST_F(ServeChoicesTest, AssistantMessagesMayBeEmpty) {
  const json after = Message("user", "world");
  const std::string silent =
      TextOf(Chat({Message("user", "hello"), Message("assistant", ""), after}));
  json refused = Message("assistant", nullptr);
  refused["refusal"] = "no";
  for (const json& message : {Message("assistant", nullptr), Message("assistant", json::array()),
                              refused, json{{"role", "assistant"}}}) {
    EXPECT_EQ(TextOf(Chat({Message("user", "hello"), message, after})), silent) << message;
  }
  EXPECT_EQ(
      OllamaTextOf(OllamaChat({Message("user", "hello"), Message("assistant", nullptr), after})),
      silent);
  const json parts = json::array({{{"type", "refusal"}, {"refusal", "no"}}});
  EXPECT_EQ(TextOf(Chat({Message("user", "hello"), Message("assistant", parts), after})),
            TextOf(Chat({Message("user", "hello"), Message("assistant", "no"), after})));
  EXPECT_EQ(Chat(json::array({Message("user", nullptr)})).Json()["error"]["param"],
            "messages[0].content");
}

// The timings of llama.cpp's server.
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
