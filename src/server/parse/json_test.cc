#include "server/parse/json.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

TEST(ParseJson, ReadsValidJson) {
  const auto value = ParseJson(R"({"a": [1, 2.5, "x\u00e9", null, true], "b": {}})");
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["a"][2], "x\xc3\xa9");
}

TEST(ParseJson, CutAnywhereIsRejected) {
  const std::string text = R"({"a": [1, 2.5, "x\u00e9", null, true], "b": {}})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(ParseJson(text.substr(0, size))) << size;
  }
}

TEST(ParseJson, RejectsDepth) {
  const auto nested = [](int depth) {
    const auto n = static_cast<std::size_t>(depth);
    return std::string(n, '[') + std::string(n, ']');
  };
  EXPECT_TRUE(ParseJson(nested(kMaxJsonDepth)));
  const auto deep = ParseJson(nested(kMaxJsonDepth + 1));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, ErrorCode::kTooLarge);
  EXPECT_FALSE(ParseJson(std::string(1'000'000, '[')));
  // Brackets in texts do not count.
  EXPECT_TRUE(ParseJson('"' + std::string(1000, '[') + "\\\"" + std::string(1000, '[') + '"'));
}

TEST(ParseJson, RejectsTooManyValues) {
  const auto list = [](int values) {
    std::string text = "[0";
    for (int i = 1; i < values; ++i) text += ",0";
    return text + "]";
  };
  EXPECT_TRUE(ParseJson(list(kMaxJsonValues)));
  const auto many = ParseJson(list(kMaxJsonValues + 1));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(ParseJson('"' + std::string(2 * kMaxJsonValues, ',') + '"'));
}

// Lookup in an ordered object is linear.
TEST(ParseJson, RejectsTooManyNames) {
  const auto object = [](int names) {
    std::string text;
    for (int i = 0; i < names; ++i) {
      text += (i == 0 ? "{\"" : ",\"") + std::to_string(i) + "\":[0,0]";
    }
    return text + "}";
  };
  EXPECT_TRUE(ParseJson(object(kMaxJsonNames)));
  const auto many = ParseJson(object(kMaxJsonNames + 1));
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::kTooLarge);
}

TEST(ParseJson, KeepsTheOrderOfNames) {
  const char* text = R"({"b":1,"a":{"d":1,"c":[{"f":1,"e":2}]}})";
  EXPECT_EQ(ToText(*ParseJson(text)), text);
}

TEST(ParseJson, RejectsDuplicateNames) {
  EXPECT_FALSE(ParseJson(R"({"a": 1, "a": 2})"));
  EXPECT_FALSE(ParseJson(R"([{"b": {"a": 1, "a": 2}}])"));
  EXPECT_TRUE(ParseJson(R"([{"a": 1}, {"a": {"a": 2}}])"));
}

TEST(ParseJson, RejectsInvalidUnicode) {
  EXPECT_FALSE(ParseJson("\"\xff\""));
  EXPECT_FALSE(ParseJson(R"("\ud800")"));
  EXPECT_FALSE(ParseJson("[NaN]"));
}

TEST(ToText, ReplacesInvalidUnicode) { EXPECT_EQ(ToText("a\xff"), "\"a\xef\xbf\xbd\""); }

}  // namespace
}  // namespace edgevlm
