#include "server/schema/number_range.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

using Bound = NumberRange::Bound;

std::optional<Bound> BoundAt(double at, bool is_excluded) {
  return Bound{ToDecimal(Json(at)), is_excluded};
}

Automaton Made(const NumberRange& range) {
  auto automaton = RangeAutomaton(range, 4096);
  EXPECT_TRUE(automaton);
  return automaton.value_or(Automaton{.states = {{}}});
}

// Every whole number around the bounds, with every combination of them.
TEST(RangeAutomaton, HoldsTheWholeNumbersBetweenItsBounds) {
  for (const int min : {-120, -100, -11, -10, -1, 0, 1, 9, 10, 99, 105}) {
    for (const int max : {-105, -100, -9, -1, 0, 1, 5, 10, 12, 99, 100, 123}) {
      for (const bool is_excluded : {false, true}) {
        const Automaton automaton = Made(
            {.min = BoundAt(min, is_excluded), .max = BoundAt(max, is_excluded), .is_whole = true});
        for (int i = -150; i <= 150; ++i) {
          const bool fits = is_excluded ? min < i && i < max : min <= i && i <= max;
          EXPECT_EQ(Accepts(automaton, std::to_string(i)), fits)
              << min << " " << max << " " << is_excluded << " " << i;
        }
      }
    }
  }
}

// Hundredths, as they are written, around bounds that have more or fewer digits.
TEST(RangeAutomaton, HoldsTheFractionsBetweenItsBounds) {
  for (const double min : {-1.5, -0.25, 0.0, 0.125, 0.5, 1.0}) {
    for (const double max : {-0.5, 0.0, 0.25, 0.375, 0.5, 1.25}) {
      for (const bool is_excluded : {false, true}) {
        const Automaton automaton =
            Made({.min = BoundAt(min, is_excluded), .max = BoundAt(max, is_excluded)});
        for (int hundredths = -200; hundredths <= 200; ++hundredths) {
          const double value = hundredths / 100.0;
          std::string text = std::to_string(std::abs(hundredths) / 100) + "." +
                             std::to_string(std::abs(hundredths) % 100 / 10) +
                             std::to_string(std::abs(hundredths) % 10);
          if (hundredths < 0) text = "-" + text;
          const bool fits = is_excluded ? min < value && value < max : min <= value && value <= max;
          EXPECT_EQ(Accepts(automaton, text), fits) << min << " " << max << " " << text;
        }
      }
    }
  }
}

TEST(RangeAutomaton, SupportsMultiples) {
  const Automaton automaton =
      Made({.max = BoundAt(200, false), .is_whole = true, .multiple_of = 7});
  for (int i = -150; i <= 250; ++i) {
    EXPECT_EQ(Accepts(automaton, std::to_string(i)), i % 7 == 0 && i <= 200) << i;
  }
}

TEST(RangeAutomaton, WritesNumbersAsJsonDoes) {
  const Automaton any = Made({.min = BoundAt(-5, false)});
  for (const char* good : {"0", "-4", "0.5", "-0.5", "100"}) {
    EXPECT_TRUE(Accepts(any, good)) << good;
  }
  for (const char* bad : {"", "-", "00", "01", "1.", ".5", "-.5", "+1", "1e2", "--1", "- 1"}) {
    EXPECT_FALSE(Accepts(any, bad)) << bad;
  }
  // The bounds that zod writes for every integer.
  const Automaton safe = Made({.min = Bound{ToDecimal(Json(-9007199254740991))},
                               .max = Bound{ToDecimal(Json(9007199254740991))},
                               .is_whole = true});
  EXPECT_TRUE(Accepts(safe, "9007199254740991"));
  EXPECT_FALSE(Accepts(safe, "9007199254740992"));
  EXPECT_TRUE(Accepts(safe, "-9007199254740991"));
  EXPECT_FALSE(Accepts(safe, "-9007199254740992"));
}

TEST(ToDecimal, MovesThePoint) {
  const auto text = [](const Json& number) {
    const Decimal decimal = ToDecimal(number);
    return (decimal.is_negative ? "-" : "") + decimal.whole + "." + decimal.fraction;
  };
  EXPECT_EQ(text(0), "0.");
  EXPECT_EQ(text(-0.0), "0.");
  EXPECT_EQ(text(-12.50), "-12.5");
  EXPECT_EQ(text(1e-7), "0.0000001");
  EXPECT_EQ(text(1.5e-8), "0.000000015");
  EXPECT_EQ(text(1e20), "100000000000000000000.");
  EXPECT_EQ(text(1.25e17), "125000000000000000.");
  EXPECT_EQ(text(18446744073709551615u), "18446744073709551615.");
  EXPECT_TRUE(IsEmpty(Made({.min = BoundAt(1e308, false)})));
}

}  // namespace
}  // namespace edgevlm
