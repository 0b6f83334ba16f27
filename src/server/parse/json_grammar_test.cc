#include "server/parse/json_grammar.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// Which of the texts fit.
void ExpectFits(const json& schema, const std::vector<std::string>& good,
                const std::vector<std::string>& bad) {
  const auto grammar = SchemaGrammar(schema);
  ASSERT_TRUE(grammar) << grammar.error().message;
  for (const std::string& text : good) EXPECT_TRUE(Fits(**grammar, text)) << schema << " " << text;
  for (const std::string& text : bad) EXPECT_FALSE(Fits(**grammar, text)) << schema << " " << text;
}

std::string ErrorOf(const json& schema) {
  const auto grammar = SchemaGrammar(schema);
  return grammar ? "" : grammar.error().message;
}

TEST(AnyJsonObject, IsWhatParsersRead) {
  const auto grammar = AnyJsonObject();
  for (const char* good : {"{}", " {}", R"({"a":1})", R"({"a": [1, -2.5e3, "x\n\u00e9", null]})",
                           R"({"a":{"b":{"c":[[],{}]}},"d":true})", "{\"\xc3\xa9\":0}"}) {
    EXPECT_TRUE(Fits(*grammar, good)) << good;
    EXPECT_TRUE(json::accept(good)) << good;
  }
  for (const char* bad : {"", "[]", "1", "{", R"({"a"})", R"({"a":})", R"({"a":1,})", R"({"a":01})",
                          R"({"a":.5})", R"({"a":"\x"})", "{\"a\":\"\n\"}", R"({"a":"\ud800"})",
                          "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "{}x", "   {}"}) {
    EXPECT_FALSE(Fits(*grammar, bad)) << bad;
  }
}

TEST(SchemaGrammar, KnowsTypes) {
  ExpectFits({{"type", "integer"}}, {"0", "-7", "120"},
             {"01", "1.5", "\"1\"", "-", "1" + std::string(20, '0')});
  ExpectFits({{"type", "number"}}, {"0", "1.5", "-2e9"}, {"1.", "e5", "true"});
  ExpectFits({{"type", "boolean"}}, {"true", "false"}, {"1", "null"});
  ExpectFits({{"type", "string"}}, {"\"\"", "\"a b\""}, {"a", "\"a"});
  ExpectFits({{"type", {"string", "null"}}}, {"\"a\"", "null"}, {"1"});
  ExpectFits(json::object(), {"1", "[]", "{\"a\":null}"}, {"x"});
}

TEST(SchemaGrammar, KnowsObjects) {
  const json properties = {{"a", {{"type", "integer"}}}, {"b", {{"type", "string"}}}};
  ExpectFits(
      {{"type", "object"},
       {"properties", properties},
       {"required", {"a", "b"}},
       {"additionalProperties", false}},
      {R"({"a":1,"b":"x"})", R"({"a": 1, "b": "x"})"},
      {R"({"a":1})", R"({"b":"x","a":1})", R"({"a":1,"b":"x","c":2})", R"({"a":"1","b":"x"})"});
  ExpectFits({{"type", "object"}, {"properties", properties}},
             {"{}", R"({"a":1})", R"({"b":"x"})", R"({"a":1,"b":"x"})"}, {R"({,"b":"x"})"});
  ExpectFits({{"type", "object"}}, {"{}", R"({"x":[1]})"}, {"[]"});
}

TEST(SchemaGrammar, KnowsArrays) {
  const json items = {{"type", "integer"}};
  ExpectFits({{"type", "array"}, {"items", items}}, {"[]", "[1]", "[1, 2,3]"}, {"[1,]", "[\"a\"]"});
  ExpectFits({{"type", "array"}, {"items", items}, {"minItems", 2}}, {"[1,2]", "[1,2,3,4]"},
             {"[]", "[1]"});
  ExpectFits({{"type", "array"}, {"items", items}, {"minItems", 1}, {"maxItems", 3}},
             {"[1]", "[1,2]", "[1,2,3]"}, {"[]", "[1,2,3,4]"});
  ExpectFits({{"type", "array"}, {"items", items}, {"maxItems", 0}}, {"[]"}, {"[1]"});
}

TEST(SchemaGrammar, KnowsChoices) {
  ExpectFits({{"enum", {"red", "green", 5}}}, {"\"red\"", "5"}, {"\"blue\"", "red"});
  ExpectFits({{"const", {{"a", 1}}}}, {"{\"a\":1}"}, {"{}"});
  ExpectFits({{"anyOf", {{{"type", "integer"}}, {{"type", "null"}}}}}, {"1", "null"}, {"true"});
}

TEST(SchemaGrammar, FollowsReferences) {
  const json schema = {
      {"$ref", "#/$defs/tree"},
      {"$defs",
       {{"tree",
         {{"type", "object"},
          {"properties", {{"left", {{"anyOf", {{{"$ref", "#/$defs/tree"}}, {{"type", "null"}}}}}}}},
          {"required", {"left"}}}}}}};
  ExpectFits(schema, {R"({"left":null})", R"({"left":{"left":{"left":null}}})"},
             {R"({"left":{}})", "null"});
}

TEST(SchemaGrammar, RefusesWhatItCanNotKeepTo) {
  EXPECT_THAT(ErrorOf({{"type", "string"}, {"pattern", "(a+)+b"}}), HasSubstr("'pattern'"));
  EXPECT_THAT(ErrorOf({{"type", "integer"}, {"minimum", 3}}), HasSubstr("'minimum'"));
  EXPECT_THAT(ErrorOf({{"type", "robot"}}), HasSubstr("type: unknown"));
  EXPECT_THAT(ErrorOf({{"$ref", "https://example.org/"}}), HasSubstr("$ref"));
  EXPECT_THAT(ErrorOf({{"$ref", "#/$defs/a"}, {"$defs", {{"a", {{"$ref", "#/$defs/a"}}}}}}),
              HasSubstr("leads to itself"));
  EXPECT_THAT(ErrorOf(json::array()), HasSubstr("expected a schema"));
  EXPECT_THAT(ErrorOf({{"enum", json::array()}}), HasSubstr("list of values"));
  EXPECT_THAT(ErrorOf({{"type", "array"}, {"maxItems", 100'000}}), HasSubstr("maxItems"));
  EXPECT_THAT(ErrorOf({{"required", {"x"}}, {"properties", json::object()}}),
              HasSubstr("required"));
  json deep = {{"type", "integer"}};
  for (int i = 0; i < 40; ++i) deep = {{"type", "array"}, {"items", deep}};
  EXPECT_THAT(ErrorOf(deep), HasSubstr("smaller"));
  json wide = json::object();
  for (int i = 0; i < 5000; ++i) wide[std::to_string(i)] = {{"type", "integer"}};
  EXPECT_THAT(ErrorOf({{"properties", wide}}), HasSubstr("smaller"));
  EXPECT_THAT(ErrorOf({{"const", std::string(100'000, 'a')}}), HasSubstr("shorter"));
  EXPECT_THAT(ErrorOf({{"type", std::vector<std::string>(1000, "null")}}), HasSubstr("type"));
}

}  // namespace
}  // namespace edgevlm
