// Response formats of edgevlm serve: each is enforced, or the request is rejected.
#include <gmock/gmock.h>

#include <sstream>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

class ServeFormTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm; }
  static void TearDownTestSuite() { delete server_; }

  // A question about an image in each API, with additional fields.
  static HttpReply Chat(const ordered_json& fields) {
    const json image = {{"type", "image_url"}, {"image_url", {{"url", DataUri(PngImage())}}}};
    ordered_json body = {{"messages", {{{"role", "user"}, {"content", {image}}}}},
                         {"max_tokens", 60}};
    return Post("/v1/chat/completions", body, fields);
  }
  static HttpReply Generate(const ordered_json& fields) {
    ordered_json body = {
        {"images", {Base64(PngImage())}}, {"stream", false}, {"options", {{"num_predict", 60}}}};
    return Post("/api/generate", body, fields);
  }
  static HttpReply Caption(const ordered_json& fields) {
    return Post("/caption", {{"image", Base64(PngImage())}, {"max_tokens", 60}}, fields);
  }

  static std::string ChatText(const ordered_json& fields) {
    const HttpReply reply = Chat(fields);
    if (reply.status != 200) return reply.body;
    return reply.Json()["choices"][0]["message"]["content"];
  }

  // Expects 400, the field's name, and the code if the API's errors have one.
  static void ExpectUnsupported(const HttpReply& reply, const std::string& field) {
    EXPECT_EQ(reply.status, 400) << field << " " << reply.body;
    const json error = reply.Json()["error"];
    if (error.is_string()) {
      EXPECT_THAT(error.get<std::string>(), ::testing::HasSubstr(field));
      return;
    }
    EXPECT_EQ(error["param"], field) << reply.body;
    EXPECT_EQ(error["code"], "unsupported") << reply.body;
  }

 private:
  static HttpReply Post(std::string_view path, ordered_json body, const ordered_json& fields) {
    body.update(fields);
    return server_->Request("POST", path, "Content-Type: application/json\r\n", body.dump());
  }
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeFormTest::server_ = nullptr;

// The names of the reply's members, in the order of the text.
std::string NamesOf(const std::string& text) {
  std::string names;
  const ordered_json object = ordered_json::parse(text, nullptr, false);
  for (const auto& [name, value] : object.items()) {
    names += name + " ";
  }
  return names;
}

const ordered_json kReasonFirst = ordered_json::parse(
    R"({"type": "object", "properties": {"reason": {"type": "boolean"}, "answer": {"type": "object",
        "properties": {"z": {"type": "boolean"}, "a": {"type": "boolean"}},
        "required": ["a", "z"]}}, "required": ["answer", "reason"]})");

TEST_F(ServeFormTest, PropertiesAreInTheOrderOfTheSchema) {
  const auto expect_order = [](const std::string& text) {
    EXPECT_EQ(NamesOf(text), "reason answer ") << text;
    EXPECT_EQ(NamesOf(ordered_json::parse(text, nullptr, false)["answer"].dump()), "z a ") << text;
  };
  const ordered_json format = {{"type", "json_schema"},
                               {"json_schema", {{"name", "n"}, {"schema", kReasonFirst}}}};
  expect_order(ChatText({{"response_format", format}}));
  expect_order(Generate({{"format", kReasonFirst}}).Json()["response"]);
  expect_order(Caption({{"response_format", format}}).Json()["caption"]);
  // Also in a stream.
  const HttpReply streamed = Generate({{"format", kReasonFirst}, {"stream", true}});
  std::string text;
  std::istringstream lines(streamed.body);
  for (std::string line; std::getline(lines, line);) {
    text += json::parse(line)["response"].get<std::string>();
  }
  expect_order(text);
}

// The fields of every API are accepted in all of them.
TEST_F(ServeFormTest, EnforcesTheFormatsOfAllApis) {
  const ordered_json schema = {{"type", "object"},
                               {"properties", {{"a", {{"type", "string"}, {"maxLength", 3}}}}},
                               {"required", {"a"}}};
  const ordered_json forms[] = {
      {{"guided_json", schema}},
      {{"guided_json", schema.dump()}},
      {{"json_schema", schema}},
      {{"structured_outputs", {{"json", schema}}}},
      {{"format", schema}},
      {{"response_format", {{"type", "json_schema"}, {"schema", schema}}}},
      {{"response_format", {{"type", "json_object"}, {"schema", schema}}}},
  };
  for (const ordered_json& form : forms) {
    EXPECT_EQ(NamesOf(ChatText(form)), "a ") << form;
    EXPECT_EQ(NamesOf(Generate(form).Json()["response"]), "a ") << form;
    EXPECT_EQ(NamesOf(Caption(form).Json()["caption"]), "a ") << form;
  }
  const ordered_json choices[] = {{{"guided_choice", {"left", "right"}}},
                                  {{"structured_outputs", {{"choice", {"left", "right"}}}}},
                                  {{"guided_regex", "left|right"}},
                                  {{"structured_outputs", {{"regex", "(lef|righ)t"}}}}};
  for (const ordered_json& form : choices) {
    EXPECT_THAT(ChatText(form), ::testing::AnyOf("left", "right")) << form;
  }
  EXPECT_THAT(ChatText({{"guided_regex", "[0-9]{3}-[0-9]{4}"}}),
              ::testing::MatchesRegex("[0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]"));
}

TEST_F(ServeFormTest, RejectsFormatsThatItCannotEnforce) {
  const ordered_json fields = {{"ebnf", "root ::= \"yes\""},
                               {"structural_tag", {{"structures", {1}}}},
                               {"functions", {{{"name", "f"}}}},
                               {"function_call", {{"name", "f"}}},
                               {"best_of", 3},
                               {"n_probs", 5},
                               {"suffix", "s"},
                               {"echo", true},
                               {"audio", {{"voice", "v"}}},
                               {"modalities", {"text", "audio"}},
                               {"raw", true},
                               {"template", "t"},
                               {"context", {1, 2}},
                               {"think", true},
                               {"reasoning", true},
                               {"chat_template_kwargs", {{"enable_thinking", true}}},
                               {"bad_words", {"a"}},
                               {"stop_token_ids", {1}},
                               {"typical_p", 0.7},
                               {"mirostat", 2}};
  for (const auto& [name, value] : fields.items()) {
    ExpectUnsupported(Chat({{name, value}}), name);
    ExpectUnsupported(Generate({{name, value}}), name);
    ExpectUnsupported(Caption({{name, value}}), name);
  }
  ExpectUnsupported(Chat({{"structured_outputs", {{"structural_tag", {1}}}}}),
                    "structured_outputs.structural_tag");
  const ordered_json elsewhere = {
      {"n", 2}, {"tool_choice", "required"}, {"tools", {{{"name", "f"}}}}};
  for (const auto& [name, value] : elsewhere.items()) {
    ExpectUnsupported(Generate({{name, value}}), name);
    ExpectUnsupported(Caption({{name, value}}), name);
  }
  EXPECT_EQ(Chat({{"tool_choice", "required"}}).status, 400);
  EXPECT_EQ(Chat({{"top_logprobs", 5}}).status, 400);
  ExpectUnsupported(Generate({{"options", {{"mirostat", 2}}}}), "options.mirostat");
  EXPECT_EQ(Chat({{"guided_choice", {"a"}}, {"guided_regex", "a"}}).status, 400);
  EXPECT_EQ(Chat({{"guided_json", "{"}}).status, 400);
  EXPECT_EQ(Chat({{"guided_regex", "(a"}}).status, 400);
  EXPECT_EQ(Chat({{"guided_choice", {1}}}).status, 400);
  EXPECT_EQ(Chat({{"response_format", {{"type", "grammar"}}}}).status, 400);
}

// Clients send fields that switch features off.
TEST_F(ServeFormTest, AcceptsFieldsThatAreSwitchedOff) {
  const ordered_json neutral = ordered_json::parse(R"({
      "response_format": {"type": "text"}, "format": "", "grammar": "", "guided_json": null,
      "guided_choice": [], "structured_outputs": {}, "tools": [], "tool_choice": "auto",
      "functions": null, "function_call": "none", "n": 1, "best_of": 1, "logprobs": false,
      "top_logprobs": 0, "logit_bias": {}, "suffix": "", "echo": false, "audio": null,
      "modalities": ["text"], "raw": false, "template": "", "context": [], "think": false,
      "reasoning_effort": "low", "keep_alive": "5m", "parallel_tool_calls": true,
      "prediction": null, "typical_p": 1.0, "mirostat": 0, "min_tokens": 0, "ignore_eos": false,
      "chat_template_kwargs": {"enable_thinking": false}, "store": false, "user": "me"})");
  for (const auto& [name, value] : neutral.items()) {
    EXPECT_EQ(Chat({{name, value}}).status, 200) << name;
  }
  EXPECT_EQ(Chat(neutral).status, 200);
  EXPECT_EQ(Generate(neutral).status, 200);
  EXPECT_EQ(Caption(neutral).status, 200);
  EXPECT_EQ(Chat({{"tools", {{{"type", "function"}}}}, {"tool_choice", "none"}}).status, 200);
}

// Keywords that Pydantic and zod emit are enforced, or rejected by name.
TEST_F(ServeFormTest, EnforcesTheKeywordsOfSchemas) {
  const auto reply = [](const ordered_json& schema) { return ChatText({{"guided_json", schema}}); };
  EXPECT_THAT(reply({{"type", "string"}, {"format", "date"}}),
              ::testing::MatchesRegex("\"[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]\""));
  const json number = json::parse(reply({{"type", "integer"}, {"minimum", 10}, {"maximum", 99}}));
  EXPECT_GE(number, 10);
  EXPECT_LE(number, 99);
  EXPECT_THAT(reply({{"type", "string"}, {"format", "zodiac"}}), ::testing::HasSubstr("zodiac"));
  EXPECT_THAT(reply({{"type", "array"}, {"uniqueItems", true}}),
              ::testing::HasSubstr("uniqueItems"));
}

}  // namespace
}  // namespace edgevlm
