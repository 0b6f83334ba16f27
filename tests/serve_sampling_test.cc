// edgevlm serve: several replies, log probabilities, bias, minimum lengths and grammars.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ServeSamplingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new ServedEdgevlm({"-m", DataPath("tiny-text.gguf"), "--model-name", "edgevlm"});
  }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  static json Request(const json& fields) {
    json body = {{"messages", {{{"role", "user"}, {"content", "Say hi"}}}}, {"max_tokens", 8}};
    body.update(fields);
    return body;
  }
  static json Chat(const json& fields) {
    const HttpReply reply = server().Post("/v1/chat/completions", Request(fields));
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json();
  }
  // The JSON of the "data: " lines of a stream.
  static std::vector<json> Stream(const std::string& path, const json& body) {
    std::vector<json> chunks;
    std::istringstream lines(server().Post(path, body).body);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("data: {")) chunks.push_back(json::parse(line.substr(6)));
    }
    return chunks;
  }
  static std::string Text(const json& reply, std::size_t i = 0) {
    return reply["choices"][i]["message"]["content"];
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeSamplingTest::server_ = nullptr;

TEST_F(ServeSamplingTest, SeveralRepliesHaveSeedsOfTheirOwn) {
  // The random weights are very sure of themselves.
  const json fields = {{"temperature", 50}, {"seed", 7}};
  json several = fields;
  several["n"] = 3;
  const json reply = Chat(several);
  ASSERT_EQ(reply["choices"].size(), 3u);
  int tokens = 0;
  std::set<std::string> texts;
  for (std::size_t i = 0; i < 3; ++i) {
    json single = fields;
    single["seed"] = 7 + i;
    const json alone = Chat(single);
    EXPECT_EQ(Text(reply, i), Text(alone));
    EXPECT_EQ(reply["choices"][i]["index"], i);
    tokens += alone["usage"]["completion_tokens"].get<int>();
    texts.insert(Text(alone));
  }
  EXPECT_EQ(texts.size(), 3u);
  EXPECT_EQ(reply["usage"]["completion_tokens"], tokens);

  several["stream"] = true;
  std::vector<std::string> streamed(3);
  int ends = 0;
  for (const json& chunk : Stream("/v1/chat/completions", Request(several))) {
    const json& choice = chunk["choices"][0];
    streamed[choice["index"].get<std::size_t>()] += choice["delta"].value("content", "");
    ends += choice["finish_reason"].is_string() ? 1 : 0;
  }
  EXPECT_EQ(ends, 3);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(streamed[i], Text(reply, i));
}

TEST_F(ServeSamplingTest, LogProbabilitiesAreThoseOfTheTokens) {
  const json reply = Chat({{"logprobs", true}, {"top_logprobs", 3}});
  const json& content = reply["choices"][0]["logprobs"]["content"];
  ASSERT_FALSE(content.empty());
  std::string text;
  for (const json& token : content) {
    for (const json& byte : token["bytes"]) text += static_cast<char>(byte.get<int>());
    ASSERT_EQ(token["top_logprobs"].size(), 3u);
    // Greedy: the most likely token is chosen.
    EXPECT_EQ(token["logprob"], token["top_logprobs"][0]["logprob"]);
    EXPECT_LE(token["logprob"].get<double>(), 0);
    EXPECT_GE(token["top_logprobs"][1]["logprob"], token["top_logprobs"][2]["logprob"]);
  }
  EXPECT_THAT(text, HasSubstr(Text(reply)));

  json request = Request({{"logprobs", true}, {"top_logprobs", 3}, {"stream", true}});
  json streamed = json::array();
  for (const json& chunk : Stream("/v1/chat/completions", request)) {
    const json& logprobs = chunk["choices"][0]["logprobs"];
    if (!logprobs.is_null()) {
      streamed.insert(streamed.end(), logprobs["content"].begin(), logprobs["content"].end());
    }
  }
  EXPECT_EQ(streamed, content);
}

TEST_F(ServeSamplingTest, EachApiHasItsFormOfLogProbabilities) {
  const json completion =
      server()
          .Post("/v1/completions", {{"prompt", "Say hi"}, {"max_tokens", 4}, {"logprobs", 2}})
          .Json();
  const json& lists = completion["choices"][0]["logprobs"];
  EXPECT_EQ(lists["tokens"].size(), lists["token_logprobs"].size());
  EXPECT_EQ(lists["text_offset"][0], 0);
  EXPECT_EQ(lists["top_logprobs"][0].size(), 2u);
  const json ollama =
      server()
          .Post("/api/chat", {{"messages", {{{"role", "user"}, {"content", "Say hi"}}}},
                              {"stream", false},
                              {"logprobs", true},
                              {"top_logprobs", 1},
                              {"options", {{"num_predict", 4}}}})
          .Json();
  EXPECT_EQ(ollama["logprobs"][0]["top_logprobs"].size(), 1u);
  const json response = server()
                            .Post("/v1/responses", {{"input", "Say hi"},
                                                    {"max_output_tokens", 4},
                                                    {"include", {"message.output_text.logprobs"}}})
                            .Json();
  EXPECT_TRUE(response["output"][0]["content"][0]["logprobs"][0]["logprob"].is_number());
}

TEST_F(ServeSamplingTest, CompletionsEchoTheirPrompt) {
  json request = {{"prompt", "Say hi"}, {"max_tokens", 4}, {"n", 2}, {"seed", 1}};
  const auto texts = [](const std::vector<json>& chunks) {
    std::vector<std::string> joined(2);
    for (const json& chunk : chunks) {
      for (const json& choice : chunk["choices"]) {
        joined.at(choice["index"]) += choice["text"].get<std::string>();
      }
    }
    return joined;
  };
  std::vector<std::string> plain = texts({server().Post("/v1/completions", request).Json()});
  for (std::string& text : plain) text.insert(0, "Say hi");
  request["echo"] = true;
  EXPECT_EQ(texts({server().Post("/v1/completions", request).Json()}), plain);
  request["stream"] = true;
  EXPECT_EQ(texts(Stream("/v1/completions", request)), plain);
  request["logprobs"] = 1;
  const HttpReply refused = server().Post("/v1/completions", request);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.Json()["error"]["param"], "echo");
}

TEST_F(ServeSamplingTest, TheBestOfSeveralCompletionsAreThoseWithTheMostProbableTokens) {
  json request = {{"prompt", "Say hi"}, {"max_tokens", 6}, {"n", 4},
                  {"temperature", 50},  {"seed", 3},       {"logprobs", 0}};
  const json all = server().Post("/v1/completions", request).Json();
  std::vector<std::pair<double, std::string>> expected;
  for (const json& choice : all["choices"]) {
    const json& values = choice["logprobs"]["token_logprobs"];
    double sum = 0;
    for (const json& value : values) sum += value.get<double>();
    expected.emplace_back(-sum / static_cast<double>(values.size()), choice["text"]);
  }
  std::ranges::sort(expected);
  ASSERT_NE(expected[0].second, expected[3].second);
  request.update({{"n", 2}, {"best_of", 4}});
  const json best = server().Post("/v1/completions", request).Json();
  ASSERT_EQ(best["choices"].size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(best["choices"][i]["index"], i);
    EXPECT_EQ(best["choices"][i]["text"], expected[i].second);
  }
  EXPECT_EQ(best["usage"], all["usage"]) << "all were generated";
  request.erase("logprobs");
  const json without = server().Post("/v1/completions", request).Json();
  EXPECT_EQ(without["choices"][0]["text"], expected[0].second);
  EXPECT_TRUE(without["choices"][0]["logprobs"].is_null());
  for (const json& wrong : {json{{"best_of", 1}}, json{{"best_of", 5}}, json{{"stream", true}}}) {
    json body = request;
    body.update(wrong);
    const HttpReply refused = server().Post("/v1/completions", body);
    EXPECT_EQ(refused.status, 400) << wrong;
    EXPECT_EQ(refused.Json()["error"]["param"], "best_of") << wrong;
  }
  request.update({{"best_of", 2}, {"stream", true}});
  EXPECT_EQ(server().Post("/v1/completions", request).status, 200);
}

TEST_F(ServeSamplingTest, BiasChangesTheReply) {
  const json plain = Chat({{"logprobs", true}});
  const std::string first = plain["choices"][0]["logprobs"]["content"][0]["token"];
  const json banned = Chat({{"logprobs", true}, {"logit_bias", {{first, false}}}});
  for (const json& token : banned["choices"][0]["logprobs"]["content"]) {
    EXPECT_NE(token["token"], first);
  }
  const json list = Chat({{"logprobs", true}, {"logit_bias", json::array({{first, -100}})}});
  EXPECT_EQ(Text(list), Text(banned));
  for (const json& wrong : {json{{"999999", 1}}, json{{"1", 101}}, json{{"1", true}}, json{{"", 1}},
                            json::array({json::array({1})}), json::array({{-1, 1}}), json(1)}) {
    const HttpReply reply = server().Post("/v1/chat/completions", Request({{"logit_bias", wrong}}));
    EXPECT_EQ(reply.status, 400) << wrong;
    EXPECT_EQ(reply.Json()["error"]["param"], "logit_bias") << reply.body;
  }
}

TEST_F(ServeSamplingTest, RepliesMayBeKeptFromEnding) {
  const json reply = Chat({{"ignore_eos", true}, {"max_tokens", 40}});
  EXPECT_EQ(reply["usage"]["completion_tokens"], 40);
  EXPECT_EQ(reply["choices"][0]["finish_reason"], "length");
  EXPECT_GE(Chat({{"min_tokens", 20}, {"max_tokens", 40}})["usage"]["completion_tokens"], 20);
}

TEST_F(ServeSamplingTest, RepliesMatchGrammars) {
  const json reply = Chat({{"grammar", "root ::= \"yes\" | \"no\" digit{2}\ndigit ::= [0-9]"}});
  const std::string text = Text(reply);
  EXPECT_TRUE(text == "yes" || (text.starts_with("no") && text.size() == 4)) << text;
  const HttpReply wrong = server().Post("/v1/chat/completions", Request({{"grammar", "root = a"}}));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.Json()["error"]["param"], "grammar");
  EXPECT_THAT(wrong.body, HasSubstr("line 1"));
}

TEST_F(ServeSamplingTest, RejectsWhatIsOutOfRange) {
  const std::pair<json, const char*> wrong[] = {
      {{{"n", 5}}, "n"},
      {{{"logprobs", 1}}, "logprobs"},
      {{{"top_logprobs", 2}}, "top_logprobs"},
      {{{"logprobs", true}, {"top_logprobs", 21}}, "top_logprobs"},
      {{{"min_tokens", -1}}, "min_tokens"},
      {{{"ignore_eos", 1}}, "ignore_eos"}};
  for (const auto& [fields, param] : wrong) {
    const HttpReply reply = server().Post("/v1/chat/completions", Request(fields));
    EXPECT_EQ(reply.status, 400) << fields;
    EXPECT_EQ(reply.Json()["error"]["param"], param) << reply.body;
  }
  EXPECT_EQ(server().Post("/v1/messages", Request({{"n", 2}})).status, 400);
  EXPECT_EQ(server().Post("/v1/responses", {{"input", "a"}, {"n", 2}}).status, 400);
}

}  // namespace
}  // namespace edgevlm
