#include "server/schema/gbnf.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// Whether the grammar matches the text; fails for grammars with errors.
bool Matches(std::string_view grammar, std::string_view text) {
  const auto parsed = GbnfGrammar(grammar);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed && Fits(**parsed, text);
}

std::string GbnfError(std::string_view grammar) {
  const auto parsed = GbnfGrammar(grammar);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(Gbnf, ReadsRulesAndAlternatives) {
  constexpr const char* kGrammar =
      "# a comment\n"
      "root ::= answer (\", \" answer)* \".\"  # another\r\n"
      "answer ::= \"yes\" |\n  \"no\" | digit+\n\n"
      "digit ::= [0-9]";
  for (const char* text : {"yes.", "no, yes, 42.", "007."}) EXPECT_TRUE(Matches(kGrammar, text));
  for (const char* text : {"", "yes", "maybe.", "yes,no.", "no, ."}) {
    EXPECT_FALSE(Matches(kGrammar, text)) << text;
  }
  EXPECT_TRUE(Matches("root ::= (\n \"a\"\n | \"b\"\n) \"c\"", "bc"));
  EXPECT_TRUE(Matches("root ::= \"\" | \"a\" root", "aaa"));
}

TEST(Gbnf, ReadsSetsOfCharacters) {
  EXPECT_TRUE(Matches("root ::= [a-cx]", "x"));
  EXPECT_FALSE(Matches("root ::= [a-cx]", "d"));
  EXPECT_TRUE(Matches("root ::= [^a-c]", "\xc3\xa9"));
  EXPECT_FALSE(Matches("root ::= [^a-c]", "b"));
  EXPECT_TRUE(Matches("root ::= [\xc3\xa0-\xc3\xbf]+", "\xc3\xa9\xc3\xa8"));
  EXPECT_TRUE(
      Matches("root ::= [\\]\\[\\x41\\u00e9\\U0001F600-]{6}", "][A\xc3\xa9\xf0\x9f\x98\x80-"));
  EXPECT_TRUE(Matches("root ::= .", "\xe2\x82\xac"));
  EXPECT_FALSE(Matches("root ::= .", "ab"));
  EXPECT_TRUE(Matches("root ::= \"\\\"\\\\\\n\\t\\r\"", "\"\\\n\t\r"));
}

TEST(Gbnf, ReadsRepetitions) {
  const auto longest = [](const std::string& postfix) {
    std::string fitting;
    for (int n = 0; n <= 6; ++n) {
      const std::string text(static_cast<std::size_t>(n) * 2, 'a');
      if (Matches("root ::= \"aa\"" + postfix, text)) fitting += std::to_string(n);
    }
    return fitting;
  };
  EXPECT_EQ(longest(""), "1");
  EXPECT_EQ(longest("*"), "0123456");
  EXPECT_EQ(longest("+"), "123456");
  EXPECT_EQ(longest("?"), "01");
  EXPECT_EQ(longest("{3}"), "3");
  EXPECT_EQ(longest("{ 2 , }"), "23456");
  EXPECT_EQ(longest("{2,4}"), "234");
  EXPECT_EQ(longest("{0,2}"), "012");
  EXPECT_EQ(longest("{0}"), "0");
}

TEST(Gbnf, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(GbnfError(""), "expected a rule named 'root', found none");
  EXPECT_EQ(GbnfError("a ::= \"x\""), "expected a rule named 'root', found none");
  EXPECT_EQ(GbnfError("root ::= \"x\"\nroot ::= \"y\""),
            "line 2: expected one rule of this name: root");
  EXPECT_EQ(GbnfError("\nroot ::= a b\na ::= \"x\""),
            "line 2: expected a rule named 'b', found none");
  EXPECT_THAT(GbnfError("root = \"x\""), HasSubstr("line 1: expected ::=, found '= \"x\"'"));
  EXPECT_THAT(GbnfError("root ::= \"x"), HasSubstr("expected the end of a text"));
  EXPECT_THAT(GbnfError("root ::= [a\n]"), HasSubstr("expected the end of a text"));
  EXPECT_THAT(GbnfError("root ::= []"), HasSubstr("not empty"));
  EXPECT_THAT(GbnfError("root ::= [b-a]"), HasSubstr("range"));
  EXPECT_THAT(GbnfError("root ::= \"\\q\""), HasSubstr("escape"));
  EXPECT_THAT(GbnfError("root ::= \"\\x4\""), HasSubstr("2 hexadecimal digits"));
  EXPECT_THAT(GbnfError("root ::= \"\\ud800\""), HasSubstr("Unicode"));
  EXPECT_THAT(GbnfError("root ::= (\"x\""), HasSubstr("parenthesis"));
  EXPECT_THAT(GbnfError("root ::= \"x\")"), HasSubstr("the end of the rule"));
  EXPECT_THAT(GbnfError("root ::= \"x\"{2,1}"), HasSubstr("maximum"));
  EXPECT_THAT(GbnfError("root ::= \"x\"{a}"), HasSubstr("a number"));
  EXPECT_THAT(GbnfError("root ::= <think>"), HasSubstr("not supported"));
  EXPECT_THAT(GbnfError("root ::= root \"x\" | \"y\""), HasSubstr("begins with itself"));
  EXPECT_THAT(GbnfError("root ::= \"x\" root"), HasSubstr("matches some text"));
}

TEST(Gbnf, LimitsWhatUnpacksToMuch) {
  EXPECT_THAT(GbnfError("root ::= \"x\"{1001}"), HasSubstr("at most 1000 repetitions"));
  EXPECT_THAT(GbnfError("root ::= \"" + std::string(100, 'x') + "\"{1000}"),
              HasSubstr("expected fewer"));
  EXPECT_THAT(GbnfError("root ::= " + std::string(100, '(')), HasSubstr("open groups"));
  EXPECT_THAT(GbnfError("root ::= " + std::string(kMaxGbnfBytes, 'a')), HasSubstr("bytes"));
  std::string many = "root ::= \"\"";
  for (int i = 0; i < 5000; ++i) many += " | [a]?";
  EXPECT_THAT(GbnfError(many), HasSubstr("rules"));
}

TEST(Gbnf, EveryBeginningIsReadOrRejected) {
  constexpr std::string_view kGrammar =
      "root ::= (\"a\\x41\" | [^b-c\\]]{1,2} . )* x # end\nx ::= \"\xc3\xa9\"+ \"y\"?";
  for (std::size_t size = 0; size < kGrammar.size(); ++size) {
    const auto parsed = GbnfGrammar(kGrammar.substr(0, size));
    EXPECT_FALSE(parsed && BeginsWithItself(**parsed)) << size;
  }
}

}  // namespace
}  // namespace edgevlm
