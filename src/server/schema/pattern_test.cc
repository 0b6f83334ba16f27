#include "server/schema/pattern.h"

#include <gmock/gmock.h>

#include <chrono>
#include <random>
#include <regex>

#include "server/schema/formats.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// The library's own engine as the other opinion, over texts of few different letters: many match.
TEST(PatternAutomaton, AgreesWithTheStandardLibrary) {
  constexpr const char* kPatterns[] = {"",
                                       "a",
                                       "^a",
                                       "a$",
                                       "^$",
                                       "^a|b$",
                                       "^(a|b)*$",
                                       "(ab)+",
                                       "^(?:a+b?)+$",
                                       "a{2}",
                                       "^a{1,3}b{2,}$",
                                       "^(a{0,2}b){1,2}$",
                                       "^[ab]{3}$",
                                       "^[^a]+$",
                                       "^[a-b-]*$",
                                       "^a.c$",
                                       "^\\w\\d?$",
                                       "^\\D+$",
                                       "^(?!ab).*$",
                                       "^(?=a)(?!.*c).{2,}$",
                                       "b(?!a)",
                                       "b(?=a|$)",
                                       "^(a|ab)(c|bcd)?$",
                                       "^a*?b+?$",
                                       "^\\x61\\u0062$",
                                       "x*",
                                       "^(|a)b$",
                                       "^(?!^[-c]*$)[-]?a*c?b*$",
                                       "^(?=^a)(?!b)[ab]+"};
  constexpr unsigned kSeed = 17;
  std::mt19937 random(kSeed);
  for (const char* pattern : kPatterns) {
    const std::regex reference(pattern, std::regex::ECMAScript);
    const auto anywhere = PatternAutomaton(pattern, PatternMatch::kAnywhere);
    const auto whole = PatternAutomaton(pattern, PatternMatch::kWhole);
    ASSERT_TRUE(anywhere) << pattern << ": " << anywhere.error().message;
    ASSERT_TRUE(whole) << pattern;
    for (int i = 0; i < 500; ++i) {
      std::string text(random() % 7, ' ');
      for (char& c : text) c = "aaabbbc-1"[random() % 9];
      EXPECT_EQ(Accepts(*anywhere, text), std::regex_search(text, reference))
          << pattern << " '" << text << "' seed " << kSeed;
      EXPECT_EQ(Accepts(*whole, text), std::regex_match(text, reference))
          << pattern << " '" << text << "' seed " << kSeed;
    }
  }
}

TEST(PatternAutomaton, CountsCodePoints) {
  const auto three = PatternAutomaton("^.{3}$", PatternMatch::kAnywhere);
  ASSERT_TRUE(three);
  EXPECT_TRUE(Accepts(*three, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));  // é, the euro, a face
  EXPECT_FALSE(Accepts(*three, "ab\n"));
  const auto range =
      PatternAutomaton("^[\\u{1F600}-\\u{1F64F}\xc3\xa4]+$", PatternMatch::kAnywhere);
  ASSERT_TRUE(range);
  EXPECT_TRUE(Accepts(*range, "\xf0\x9f\x98\x80\xc3\xa4"));
  EXPECT_FALSE(Accepts(*range, "\xc3\xa9"));
}

TEST(PatternAutomaton, NamesUnsupportedSyntax) {
  const auto error = [](std::string_view pattern) {
    const auto automaton = PatternAutomaton(pattern, PatternMatch::kAnywhere);
    return automaton ? "" : automaton.error().message;
  };
  EXPECT_THAT(error("\\bword\\b"), HasSubstr("\\b"));
  EXPECT_THAT(error("(a)\\1"), HasSubstr("\\1"));
  EXPECT_THAT(error("\\p{L}"), HasSubstr("\\p"));
  EXPECT_THAT(error("(?<=a)b"), HasSubstr("lookbehind"));
  EXPECT_THAT(error("(?i)a"), HasSubstr("(?i"));
  EXPECT_THAT(error("(a(?=b))c"), HasSubstr("lookahead"));
  EXPECT_THAT(error("(?!^a)b"), HasSubstr("^"));
  EXPECT_THAT(error("\\uD800"), HasSubstr("\\u"));
  for (const char* wrong : {"(", ")", "(a", "[a", "*a", "a**", "a{3,1}", "a{x}", "[b-a]", "\\",
                            "\\x1", "\\u{110000}", "(?"}) {
    EXPECT_NE(error(wrong), "") << wrong;
  }
}

// None may take long or much memory, and nesting ends.
TEST(PatternAutomaton, RejectsWhatIsTooLarge) {
  std::string lookaheads = "a";
  for (int i = 0; i < 100; ++i) lookaheads = "(?=a)" + lookaheads;
  const std::string deep = std::string(100, '(') + "a" + std::string(100, ')');
  for (const std::string& large :
       {std::string("a{100000}"), std::string("(a{1000}){1000}"), std::string("[ab]*a[ab]{30}$"),
        std::string("((((){1000}){1000}){1000}){1000}"), std::string("(.{1,900}|.*a.{1,900})$"),
        std::string(100'000, 'a'), lookaheads, deep}) {
    const auto automaton = PatternAutomaton(large, PatternMatch::kAnywhere);
    ASSERT_FALSE(automaton) << large;
    EXPECT_EQ(automaton.error().code, ErrorCode::kTooLarge) << large;
  }
}

TEST(FormatPattern, DatesAreThoseOfTheCalendar) {
  const auto dates = PatternAutomaton(*FormatPattern("date"), PatternMatch::kWhole);
  ASSERT_TRUE(dates) << dates.error().message;
  const std::string years[] = {"0000", "0001", "1600", "1700", "1900",
                               "2000", "2023", "2024", "9999"};
  for (const std::string& year : years) {
    for (unsigned month = 0; month <= 13; ++month) {
      for (unsigned day = 0; day <= 32; ++day) {
        const std::chrono::year_month_day date{std::chrono::year(std::stoi(year)),
                                               std::chrono::month(month), std::chrono::day(day)};
        const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
        const std::string text = year + "-" + two(month) + "-" + two(day);
        EXPECT_EQ(Accepts(*dates, text), date.ok() && year != "0000") << text;
      }
    }
  }
}

TEST(FormatPattern, SupportsFormats) {
  const auto fits = [](std::string_view format, std::string_view text) {
    const auto pattern = FormatPattern(format);
    const auto automaton = PatternAutomaton(pattern.value(), PatternMatch::kAnywhere);
    EXPECT_TRUE(automaton) << format << ": " << automaton.error().message;
    return automaton && Accepts(*automaton, text);
  };
  EXPECT_TRUE(fits("time", "23:59:59Z"));
  EXPECT_TRUE(fits("time", "00:00:00.25+02:00"));
  EXPECT_FALSE(fits("time", "24:00:00Z"));
  EXPECT_TRUE(fits("date-time", "2024-02-29T12:30:00Z"));
  EXPECT_FALSE(fits("date-time", "2023-02-29T12:30:00Z"));
  EXPECT_TRUE(fits("uuid", "123e4567-e89b-42d3-a456-426614174000"));
  EXPECT_FALSE(fits("uuid4", "123e4567-e89b-12d3-a456-426614174000"));
  EXPECT_TRUE(fits("email", "first.last+tag@sub.example.org"));
  EXPECT_FALSE(fits("email", ".a@example.org"));
  EXPECT_TRUE(fits("ipv4", "255.0.10.1"));
  EXPECT_FALSE(fits("ipv4", "256.0.0.1"));
  EXPECT_TRUE(fits("uri", "https://example.org:8080/a/b?c=d#e"));
  EXPECT_FALSE(fits("uri", "example.org"));
  EXPECT_TRUE(fits("duration", "P1Y2M3DT4H"));
  EXPECT_FALSE(fits("duration", "P1Y3D"));
  EXPECT_FALSE(fits("duration", "PT"));
  EXPECT_TRUE(fits("hostname", "a-b.example"));
  EXPECT_TRUE(fits("ipv6", "0:0:0:0:0:ffff:c0a8:1"));
  EXPECT_TRUE(fits("byte", "YWI="));
  EXPECT_FALSE(fits("byte", "YWI"));
  EXPECT_EQ(FormatPattern("password"), "");
  EXPECT_EQ(FormatPattern("zodiac"), std::nullopt);
}

}  // namespace
}  // namespace edgevlm
