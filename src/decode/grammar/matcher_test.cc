#include "decode/grammar/matcher.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

Grammar::Element Byte(GrammarBuilder& builder, char c) {
  return builder.Set(Grammar::Bytes().set(static_cast<unsigned char>(c)));
}

// whole = "(" whole ")" | "x": not regular.
Grammar Brackets() {
  GrammarBuilder builder;
  builder.AddAlternative(0, {Byte(builder, '('), GrammarBuilder::Rule(0), Byte(builder, ')')});
  builder.AddAlternative(0, {Byte(builder, 'x')});
  return builder.Finish();
}

TEST(GrammarMatcher, CountsBrackets) {
  const Grammar grammar = Brackets();
  for (const char* good : {"x", "(x)", "(((x)))"}) EXPECT_TRUE(Fits(grammar, good)) << good;
  for (const char* bad : {"", "(", "(x", "x)", "((x)", "(x))", "xx"}) {
    EXPECT_FALSE(Fits(grammar, bad)) << bad;
  }
  const std::string deep = std::string(5000, '(') + "x" + std::string(5000, ')');
  EXPECT_TRUE(Fits(grammar, deep));
  EXPECT_FALSE(Fits(grammar, deep.substr(1)));
}

TEST(GrammarMatcher, RepetitionsNeedNoMoreStates) {
  GrammarBuilder builder;  // whole = "a" whole | ""
  builder.AddAlternative(0, {Byte(builder, 'a'), GrammarBuilder::Rule(0)});
  builder.AddAlternative(0, {});
  const Grammar grammar = builder.Finish();
  GrammarMatcher matcher(grammar);
  const auto once = matcher.Next(matcher.start(), 'a');
  EXPECT_EQ(matcher.Next(once, 'a'), once);
  EXPECT_TRUE(matcher.MayEnd(once));
  EXPECT_TRUE(matcher.MayContinue(once));
}

// Each rule names the next one twice: 2^60 paths to one position.
TEST(GrammarMatcher, ManyWaysToOnePositionAreOne) {
  GrammarBuilder builder;
  constexpr int kRules = 60;
  for (int rule = 1; rule <= kRules; ++rule) builder.AddRule();
  for (int rule = 0; rule < kRules; ++rule) {
    for (int i = 0; i < 2; ++i) builder.AddAlternative(rule, {GrammarBuilder::Rule(rule + 1)});
  }
  builder.AddAlternative(kRules, {Byte(builder, 'x')});
  EXPECT_TRUE(Fits(builder.Finish(), "x"));
}

TEST(GrammarMatcher, GoesOnFromTheStateThatItKeeps) {
  const Grammar grammar = Brackets();
  GrammarMatcher matcher(grammar);
  auto state = matcher.start();
  for (int i = 0; i < 100; ++i) state = matcher.Next(state, '(');
  const std::size_t before = matcher.bytes();
  state = matcher.KeepOnly(state);
  EXPECT_LT(matcher.bytes(), before / 50);
  EXPECT_EQ(matcher.Next(state, ')'), GrammarMatcher::kNone);
  state = matcher.Next(state, 'x');
  for (int i = 0; i < 100; ++i) {
    ASSERT_NE(state, GrammarMatcher::kNone);
    EXPECT_FALSE(matcher.MayEnd(state)) << i;
    state = matcher.Next(state, ')');
  }
  ASSERT_NE(state, GrammarMatcher::kNone);
  EXPECT_TRUE(matcher.MayEnd(state));
}

// whole = "[" whole "]" in a hundred ways: after n brackets 100^n of them.
TEST(GrammarMatcher, WaysThatMultiplyAreNotAllFollowed) {
  GrammarBuilder builder;
  for (int way = 0; way < 100; ++way) {
    const int close = builder.AddRule();
    builder.AddAlternative(close, {Byte(builder, ']')});
    builder.AddAlternative(
        0, {Byte(builder, '['), GrammarBuilder::Rule(0), GrammarBuilder::Rule(close)});
  }
  builder.AddAlternative(0, {Byte(builder, 'x')});
  const Grammar grammar = builder.Finish();
  EXPECT_FALSE(Fits(grammar, std::string(20, '[') + "x" + std::string(21, ']')));
  GrammarMatcher matcher(grammar);
  auto state = matcher.start();
  for (int i = 0; i < 20; ++i) state = matcher.Next(state, '[');
  EXPECT_TRUE(matcher.MayContinue(state));
  EXPECT_LT(matcher.bytes(), std::size_t{8} << 20);
}

TEST(BeginsWithItself, SeesItThroughOthersAndEmptyOnes) {
  EXPECT_FALSE(BeginsWithItself(Brackets()));
  GrammarBuilder direct;
  direct.AddAlternative(0, {GrammarBuilder::Rule(0), Byte(direct, 'x')});
  EXPECT_TRUE(BeginsWithItself(direct.Finish()));
  GrammarBuilder hidden;
  const int other = hidden.AddRule();
  const int empty = hidden.AddRule();
  hidden.AddAlternative(empty, {});
  hidden.AddAlternative(other, {GrammarBuilder::Rule(empty), GrammarBuilder::Rule(0)});
  hidden.AddAlternative(0, {Byte(hidden, 'x')});
  hidden.AddAlternative(0, {GrammarBuilder::Rule(other), Byte(hidden, 'y')});
  EXPECT_TRUE(BeginsWithItself(hidden.Finish()));
}

// whole = "x" | "y" never; never = "z" never: derives no finite text.
TEST(RemoveDeadEnds, LeavesWhatCanEnd) {
  GrammarBuilder builder;
  const int never = builder.AddRule();
  const int nothing = builder.AddRule();
  builder.AddAlternative(never, {Byte(builder, 'z'), GrammarBuilder::Rule(never)});
  builder.AddAlternative(0, {Byte(builder, 'x')});
  builder.AddAlternative(0, {Byte(builder, 'y'), GrammarBuilder::Rule(never)});
  builder.AddAlternative(0, {GrammarBuilder::Rule(nothing), Byte(builder, 'w')});
  Grammar grammar = builder.Finish();
  EXPECT_EQ(RemoveDeadEnds(grammar), std::vector<bool>({true, false, false}));
  EXPECT_TRUE(Fits(grammar, "x"));
  GrammarMatcher matcher(grammar);
  for (const char dead : {'w', 'y', 'z'}) {
    EXPECT_EQ(matcher.Next(matcher.start(), static_cast<unsigned char>(dead)),
              GrammarMatcher::kNone)
        << dead;
  }
}

}  // namespace
}  // namespace edgevlm
