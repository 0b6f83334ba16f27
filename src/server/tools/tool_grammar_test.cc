#include "server/tools/tool_grammar.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

ToolUse Use(ToolForm form, bool is_parallel) {
  ToolUse use = {.form = form, .is_required = true, .is_parallel = is_parallel};
  use.tools.push_back({.name = "f",
                       .description = {},
                       .parameters = Json::parse(R"({"type": "object", "properties": {
                         "x": {"$ref": "#/$defs/count"}}, "required": ["x"],
                         "$defs": {"count": {"type": "integer", "maximum": 9, "minimum": 0}}})")});
  use.tools.push_back({.name = "g",
                       .description = {},
                       .parameters = {{"type", "object"}, {"properties", Json::object()}}});
  return use;
}

std::string Call(const std::string& object) { return "<tool_call>\n" + object + "\n</tool_call>"; }

TEST(CallGrammar, HoldsNamesAndArguments) {
  const auto grammar = CallGrammar(Use(ToolForm::kHermes, false));
  ASSERT_TRUE(grammar) << grammar.error().message;
  EXPECT_FALSE(BeginsWithItself(**grammar));
  const std::string f = Call(R"({"name": "f", "arguments": {"x": 5}})");
  const std::string g = Call(R"({"name": "g", "arguments": {}})");
  EXPECT_TRUE(Fits(**grammar, f));
  EXPECT_TRUE(Fits(**grammar, g));
  EXPECT_FALSE(Fits(**grammar, f + "\n" + g)) << "one call";
  for (const char* wrong :
       {R"({"name": "f", "arguments": {"x": 50}})", R"({"name": "f", "arguments": {}})",
        R"({"name": "g", "arguments": {"x": 5}})", R"({"name": "h", "arguments": {}})",
        R"({"name": "g"})"}) {
    EXPECT_FALSE(Fits(**grammar, Call(wrong))) << wrong;
  }
  EXPECT_FALSE(Fits(**grammar, "text"));
  const auto several = CallGrammar(Use(ToolForm::kNone, true));
  ASSERT_TRUE(several);
  EXPECT_TRUE(Fits(**several, f + "\n" + g + "\n" + f));
  EXPECT_FALSE(Fits(**several, f + "\n"));
}

TEST(CallGrammar, HasTheFormOfTheModel) {
  const auto grammar = CallGrammar(Use(ToolForm::kBareJson, true));
  ASSERT_TRUE(grammar) << grammar.error().message;
  EXPECT_TRUE(Fits(**grammar, R"({"name": "f", "parameters": {"x": 5}})"));
}

TEST(CallGrammar, RejectsSchemasThatCannotBeHeld) {
  ToolUse use = Use(ToolForm::kHermes, true);
  use.tools[1].parameters = {{"$ref", "#/nowhere"}};
  EXPECT_FALSE(CallGrammar(use));
}

TEST(EitherGrammar, MatchesBoth) {
  GrammarBuilder builder;
  Grammar::Sequence sequence;
  builder.Append("yes", sequence);
  builder.AddAlternative(0, std::move(sequence));
  const Grammar yes = builder.Finish();
  const auto calls = CallGrammar(Use(ToolForm::kHermes, true));
  const auto either = EitherGrammar(yes, **calls);
  EXPECT_TRUE(Fits(*either, "yes"));
  EXPECT_TRUE(Fits(*either, Call(R"({"name": "g", "arguments": {}})")));
  EXPECT_FALSE(Fits(*either, "no"));
}

TEST(CallGrammar, HoldsListsBetweenTheMarksOfATemplate) {
  const std::string f = R"({"name": "f", "arguments": {"x": 5}})";
  const std::string g = R"({"name": "g", "arguments": {}})";
  for (const bool is_mistral : {true, false}) {
    const ToolForm form = is_mistral ? ToolForm::kMistral : ToolForm::kPythonic;
    const std::string open = is_mistral ? "[TOOL_CALLS][" : "<|tool_call_start|>[";
    const std::string close = is_mistral ? "]" : "]<|tool_call_end|>";
    const auto one = CallGrammar(Use(form, false));
    const auto several = CallGrammar(Use(form, true));
    ASSERT_TRUE(one && several);
    EXPECT_FALSE(BeginsWithItself(**several));
    EXPECT_TRUE(Fits(**one, open + f + close));
    EXPECT_FALSE(Fits(**one, open + f + ", " + g + close));
    EXPECT_TRUE(Fits(**several, open + f + ", " + g + ", " + f + close));
    EXPECT_FALSE(Fits(**several, f));
  }
}

}  // namespace
}  // namespace edgevlm
