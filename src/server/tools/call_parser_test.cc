#include "server/tools/call_parser.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

class CallParserTest : public ::testing::Test {
 protected:
  CallParserTest() {
    tools_.push_back({.name = "get_time",
                      .description = {},
                      .parameters = Json::parse(R"({"type": "object", "properties": {
                        "zone": {"type": "string"}, "hours": {"type": "integer"}}})")});
  }

  // The text and the calls of a reply, in order: "text|name{arguments}|...".
  std::string Parse(ToolForm form, std::string_view reply, std::size_t piece_bytes) const {
    ToolCallParser parser(form, tools_);
    std::string text;
    std::string calls;
    const auto add = [&](const ToolCallParser::Output& output) {
      text += output.text;
      for (const ToolCall& call : output.calls) calls += "|" + call.name + ToText(call.arguments);
    };
    for (std::size_t at = 0; at < reply.size(); at += piece_bytes) {
      add(parser.Add(reply.substr(at, piece_bytes)));
    }
    add(parser.Finish());
    return text + calls;
  }

  // The same for pieces of every size.
  std::string Parse(ToolForm form, std::string_view reply) const {
    const std::string whole = Parse(form, reply, reply.size());
    for (std::size_t bytes = 1; bytes < reply.size(); ++bytes) {
      EXPECT_EQ(Parse(form, reply, bytes), whole) << "in pieces of " << bytes;
    }
    return whole;
  }

  std::vector<Tool> tools_;
};

TEST_F(CallParserTest, FindsCallsBetweenTags) {
  EXPECT_EQ(Parse(ToolForm::kHermes, "It is noon."), "It is noon.");
  EXPECT_EQ(Parse(ToolForm::kHermes,
                  "Let me see.\n<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": "
                  "\"UTC\"}}\n</tool_call>"),
            "Let me see.\n|get_time{\"zone\":\"UTC\"}");
  EXPECT_EQ(Parse(ToolForm::kNone,
                  "<tool_call>{\"name\":\"a\"}</tool_call>\n<tool_call>{\"name\":\"b\","
                  "\"arguments\":\"{\\\"x\\\":1}\"}</tool_call>\n"),
            "|a{}|b{\"x\":1}");
}

TEST_F(CallParserTest, MarksInsideTextsEndNothing) {
  EXPECT_EQ(
      Parse(ToolForm::kHermes,
            "<tool_call>{\"name\":\"a\",\"arguments\":{\"x\":\"</tool_call>\"}}</tool_call>b"),
      "b|a{\"x\":\"</tool_call>\"}");
}

TEST_F(CallParserTest, ACallMayLackItsLastMark) {
  EXPECT_EQ(Parse(ToolForm::kHermes, "<tool_call>\n{\"name\": \"a\"}"), "|a{}");
}

TEST_F(CallParserTest, WhatIsNoCallIsText) {
  for (const char* reply :
       {"a < b <tool", "<tool_call>", "<tool_call>{\"name\":", "<tool_call>{}</tool_call> a",
        "<tool_call>{\"name\":1}</tool_call>", "<tool_call>{\"name\":\"\"}</tool_call>",
        "<tool_call>{\"name\":\"a\",\"arguments\":[]}</tool_call>",
        "<tool_call>{\"name\":\"a\",\"arguments\":\"x\"}</tool_call>", "</tool_call>"}) {
    EXPECT_EQ(Parse(ToolForm::kHermes, reply), reply);
  }
}

// Values are bare: those of texts stay as they are.
TEST_F(CallParserTest, ReadsFunctionTags) {
  EXPECT_EQ(Parse(ToolForm::kFunctionTags,
                  "Now:\n<tool_call>\n<function=get_time>\n<parameter=zone>\n12\n</parameter>\n"
                  "<parameter=hours>\n12\n</parameter>\n<parameter=other>\na\nb\n</parameter>\n"
                  "</function>\n</tool_call>"),
            "Now:\n|get_time{\"zone\":\"12\",\"hours\":12,\"other\":\"a\\nb\"}");
  EXPECT_EQ(Parse(ToolForm::kFunctionTags, "<tool_call>{\"name\":\"a\"}</tool_call>"), "|a{}")
      << "where a call is required";
  const char* broken = "<tool_call><function=a><parameter=b>1</tool_call>";
  EXPECT_EQ(Parse(ToolForm::kFunctionTags, broken), broken);
}

TEST_F(CallParserTest, ReadsBareObjects) {
  EXPECT_EQ(Parse(ToolForm::kBareJson,
                  " {\"name\": \"get_time\", \"parameters\": {\"zone\": \"}\\\"\"}}"),
            "|get_time{\"zone\":\"}\\\"\"}");
  EXPECT_EQ(Parse(ToolForm::kBareJson, "{\"name\":\"get_time\"}; {\"name\":\"get_time\"}\n"),
            "|get_time{}|get_time{}");
  EXPECT_EQ(Parse(ToolForm::kBareJson, "<|python_tag|>{\"name\":\"get_time\"}"), "|get_time{}");
  for (const char* reply : {"{\"name\":\"unknown\"} and more", "{\"a\":[1,{}]}", "<|python",
                            "<|python_tag|>", "<|python_tag|> print(1)", "<|end|>",
                            "{\"name\":", "Use {\"name\":\"get_time\"}", "", "  "}) {
    EXPECT_EQ(Parse(ToolForm::kBareJson, reply), reply);
  }
}

TEST_F(CallParserTest, FindsCallsOfMistral) {
  const auto parse = [&](std::string_view reply) { return Parse(ToolForm::kMistral, reply); };
  EXPECT_EQ(parse("It is [noon]."), "It is [noon].");
  EXPECT_EQ(parse("Well. [TOOL_CALLS][{\"name\": \"a\", \"arguments\": {\"x\": \"[ARGS]\"}}, "
                  "{\"name\": \"b\", \"id\": \"1\"}]"),
            "Well. |a{\"x\":\"[ARGS]\"}|b{}");
  EXPECT_EQ(parse("[TOOL_CALLS]a[ARGS]{\"x\": 1}[TOOL_CALLS]b[CALL_ID]q[ARGS]{}"),
            "|a{\"x\":1}|b{}");
  for (const char* none :
       {"[TOOL_CALLS]", "[TOOL_CALLS][]", "[TOOL_CALLS][1]", "[TOOL_CALLS]a", "[TOOL_CALLS]a[ARGS]",
        "[TOOL_CALLS]a[ARGS][]", "[TOOL_CALLS][ARGS]{}"}) {
    EXPECT_EQ(parse(none), none);
  }
}

TEST_F(CallParserTest, FindsPythonicCalls) {
  const auto parse = [&](const std::string& calls) {
    return Parse(ToolForm::kPythonic, "<|tool_call_start|>" + calls + "<|tool_call_end|>");
  };
  EXPECT_EQ(parse("[get_time(zone=\"UTC\", n=3, ok=True), g()]"),
            "|get_time{\"zone\":\"UTC\","
            "\"n\":3,\"ok\":true}|g{}");
  EXPECT_EQ(
      parse("[f(a='it\\'s \"x\"', b=[1, -2.5, None], c={'k': false}, d=\"<|tool_call_end|>\")]"),
      "|f{\"a\":\"it's \\\"x\\\"\",\"b\":[1,-2.5,null],\"c\":{\"k\":false},"
      "\"d\":\"<|tool_call_end|>\"}");
  EXPECT_EQ(parse("[{\"name\": \"f\", \"arguments\": {\"x\": 1}}]"), "|f{\"x\":1}");
  EXPECT_EQ(Parse(ToolForm::kPythonic, "Hm. <|tool_call_start|>[f()]<|tool_call_end|> Done."),
            "Hm.  Done.|f{}");
  EXPECT_EQ(Parse(ToolForm::kPythonic, "<|tool_call_start|>[f()]"), "|f{}");
  const std::string deep = "[f(a=" + std::string(1000, '[') + ")]";
  for (const std::string& none :
       std::vector<std::string>{"", deep, "[]", "f()", "[f(]", "[f(1)]", "[f(a=)]", "[f(a=1]",
                                "[f(a='x)]", "[f()] x", "[f(a=b)]", "[f(a=1,,b=2)]"}) {
    const std::string reply = "<|tool_call_start|>" + none + "<|tool_call_end|>";
    EXPECT_EQ(Parse(ToolForm::kPythonic, reply), reply);
  }
}

TEST(ShownTokens, AreThoseOfTheForm) {
  EXPECT_EQ(ShownTokensOf(ToolForm::kHermes).size(), 0u);
  EXPECT_EQ(ShownTokensOf(ToolForm::kMistral)[0], "[TOOL_CALLS]");
  EXPECT_EQ(ShownTokensOf(ToolForm::kPythonic)[1], "<|tool_call_end|>");
}

}  // namespace
}  // namespace edgevlm
