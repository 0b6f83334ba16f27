#include "server/schema/schema_grammar.h"

#include <gmock/gmock.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// The texts that the grammar accepts.
void ExpectFits(const Json& schema, const std::vector<std::string>& good,
                const std::vector<std::string>& bad) {
  const auto grammar = SchemaGrammar(schema);
  ASSERT_TRUE(grammar) << grammar.error().message;
  for (const std::string& text : good) EXPECT_TRUE(Fits(**grammar, text)) << schema << " " << text;
  for (const std::string& text : bad) EXPECT_FALSE(Fits(**grammar, text)) << schema << " " << text;
}

std::string ErrorOf(const Json& schema) {
  const auto grammar = SchemaGrammar(schema);
  return grammar ? "" : grammar.error().message;
}

TEST(AnyJsonObject, AcceptsValidJson) {
  const auto grammar = AnyJsonObject();
  for (const char* good : {"{}", " {}", R"({"a":1})", R"({"a": [1, -2.5e3, "x\n\u00e9", null]})",
                           R"({"a":{"b":{"c":[[],{}]}},"d":true})", "{\"\xc3\xa9\":0}"}) {
    EXPECT_TRUE(Fits(*grammar, good)) << good;
    EXPECT_TRUE(Json::accept(good)) << good;
  }
  for (const char* bad : {"", "[]", "1", "{", R"({"a"})", R"({"a":})", R"({"a":1,})", R"({"a":01})",
                          R"({"a":.5})", R"({"a":"\x"})", "{\"a\":\"\n\"}", R"({"a":"\ud800"})",
                          "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "{}x", "   {}"}) {
    EXPECT_FALSE(Fits(*grammar, bad)) << bad;
  }
}

TEST(SchemaGrammar, SupportsTypes) {
  ExpectFits({{"type", "integer"}}, {"0", "-7", "120"},
             {"01", "1.5", "\"1\"", "-", "1" + std::string(20, '0')});
  ExpectFits({{"type", "number"}}, {"0", "1.5", "-2e9", "1E+99"}, {"1.", "e5", "true", "1e400"});
  ExpectFits({{"type", "boolean"}}, {"true", "false"}, {"1", "null"});
  ExpectFits({{"type", "string"}}, {"\"\"", "\"a b\""}, {"a", "\"a"});
  ExpectFits({{"type", {"string", "null"}}}, {"\"a\"", "null"}, {"1"});
  ExpectFits(Json::object(), {"1", "[]", "{\"a\":null}"}, {"x"});
}

TEST(SchemaGrammar, SupportsObjects) {
  const Json properties = {{"a", {{"type", "integer"}}}, {"b", {{"type", "string"}}}};
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

TEST(SchemaGrammar, SupportsArrays) {
  const Json items = {{"type", "integer"}};
  ExpectFits({{"type", "array"}, {"items", items}}, {"[]", "[1]", "[1, 2,3]"}, {"[1,]", "[\"a\"]"});
  ExpectFits({{"type", "array"}, {"items", items}, {"minItems", 2}}, {"[1,2]", "[1,2,3,4]"},
             {"[]", "[1]"});
  ExpectFits({{"type", "array"}, {"items", items}, {"minItems", 1}, {"maxItems", 3}},
             {"[1]", "[1,2]", "[1,2,3]"}, {"[]", "[1,2,3,4]"});
  ExpectFits({{"type", "array"}, {"items", items}, {"maxItems", 0}}, {"[]"}, {"[1]"});
}

TEST(SchemaGrammar, SupportsChoices) {
  ExpectFits({{"enum", {"red", "green", 5}}}, {"\"red\"", "5"}, {"\"blue\"", "red"});
  ExpectFits({{"const", {{"a", 1}}}}, {"{\"a\":1}"}, {"{}"});
  ExpectFits({{"anyOf", {{{"type", "integer"}}, {{"type", "null"}}}}}, {"1", "null"}, {"true"});
}

TEST(SchemaGrammar, FollowsReferences) {
  const Json schema = {
      {"$ref", "#/$defs/tree"},
      {"$defs",
       {{"tree",
         {{"type", "object"},
          {"properties", {{"left", {{"anyOf", {{{"$ref", "#/$defs/tree"}}, {{"type", "null"}}}}}}}},
          {"required", {"left"}}}}}}};
  ExpectFits(schema, {R"({"left":null})", R"({"left":{"left":{"left":null}}})"},
             {R"({"left":{}})", "null"});
}

TEST(SchemaGrammar, KeepsTheOrderOfTheSchema) {
  const Json leaf = Json::parse(R"({"properties": {"z": {"const": 1}, "y": {"const": 2}},
                                    "required": ["y", "z"]})");
  ExpectFits(
      {{"properties", {{"b", leaf}, {"a", leaf}}}, {"required", {"a", "b"}}},
      {R"({"b":{"z":1,"y":2},"a":{"z":1,"y":2}})"},
      {R"({"a":{"z":1,"y":2},"b":{"z":1,"y":2}})", R"({"b":{"y":2,"z":1},"a":{"z":1,"y":2}})"});
}

TEST(SchemaGrammar, CountsCharacters) {
  ExpectFits({{"type", "string"}, {"minLength", 2}, {"maxLength", 4}},
             {R"("ab")", R"("abcd")", "\"\xc3\xa9\xf0\x9f\x98\x80\"", R"("\n\u0041\\")"},
             {R"("")", R"("a")", R"("abcde")", R"("\n")", "\"\xf0\x9f\x98\x80\""});
  ExpectFits({{"type", "string"}, {"minLength", 3}}, {R"("abc")", R"("abcdefgh")"}, {R"("ab")"});
  for (const int max : {0, 1, 5, 6, 7, 100}) {
    const auto text = [](int length) {
      return '"' + std::string(static_cast<std::size_t>(length), 'x') + '"';
    };
    ExpectFits({{"type", "string"}, {"maxLength", max}}, {text(0), text(max)}, {text(max + 1)});
  }
  EXPECT_EQ(ErrorOf({{"type", "string"}, {"minLength", 1e9}, {"maxLength", 2e9}}), "");
}

TEST(SchemaGrammar, SupportsPatternsAndFormats) {
  ExpectFits({{"type", "string"}, {"pattern", "^d-\\d+$"}}, {R"("d-12")"},
             {R"("d-")", R"("xd-1")"});
  ExpectFits({{"type", "string"}, {"pattern", "[\"\n]"}}, {R"("a\"")", R"("\nb")"},
             {R"("a")", "\"\n\""});
  ExpectFits({{"type", "string"}, {"format", "date"}}, {R"("2024-02-29")"},
             {R"("2023-02-29")", R"("d-1234567890")", R"("2023-13-01")"});
  ExpectFits({{"type", "string"}, {"pattern", "^a*$"}, {"minLength", 2}, {"maxLength", 3}},
             {R"("aa")", R"("aaa")"}, {R"("a")", R"("aaaa")", R"("ab")"});
}

TEST(SchemaGrammar, SupportsRanges) {
  ExpectFits({{"type", "integer"}, {"minimum", 3}, {"exclusiveMaximum", 12.5}}, {"3", "12"},
             {"2", "13", "-5", "3.0"});
  ExpectFits({{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", 1}}, {"0.5", "1", "1.0"},
             {"0", "0.0", "1.01", "-0.5", "1e-3"});
  // The form of OpenAPI 3.0.
  ExpectFits({{"type", "integer"}, {"minimum", 3}, {"exclusiveMinimum", true}}, {"4"}, {"3"});
  ExpectFits({{"minimum", 3}}, {"3.5"}, {"2", "\"a\""});
  ExpectFits({{"type", "integer"}, {"format", "int32"}}, {"2147483647"}, {"2147483648"});
}

TEST(SchemaGrammar, SupportsTuplesAndMaps) {
  const Json pair = Json::parse(R"([{"type": "integer"}, {"type": "boolean"}])");
  ExpectFits({{"prefixItems", pair}}, {"[1,true]", "[1, false]"}, {"[true,1]", "[1,true,1]", "[]"});
  ExpectFits({{"prefixItems", pair}, {"items", {{"type", "null"}}}, {"minItems", 1}},
             {"[1]", "[1,true]", "[1,true,null,null]"}, {"[]", "[1,true,1]"});
  ExpectFits({{"type", "object"}, {"additionalProperties", {{"type", "integer"}}}},
             {"{}", R"({"a":1,"b":2})"}, {R"({"a":true})"});
  ExpectFits({{"properties", {{"a", {{"type", "null"}}}}},
              {"additionalProperties", {{"type", "integer"}}}},
             {"{}", R"({"a":null})", R"({"a":null,"b":2})", R"({"b":2,"aa":1})"},
             {R"({"a":1})", R"({"b":null})", R"({"b":1,"a":null})"});
  ExpectFits({{"type", "object"},
              {"propertyNames", {{"enum", {"x", "y"}}}},
              {"additionalProperties", {{"type", "integer"}}},
              {"required", {"x"}}},
             {R"({"x":1})", R"({"x":1,"y":2})"}, {"{}", R"({"x":1,"z":2})", R"({"y":2})"});
}

// All keywords apply at once.
TEST(SchemaGrammar, CombinesKeywords) {
  ExpectFits(Json::parse(R"({"type": "object", "properties": {"a": {}, "b": {}},
                            "anyOf": [{"required": ["a"]}, {"required": ["b"]}]})"),
             {R"({"a":1})", R"({"b":1})", R"({"a":1,"b":1})"}, {"{}", "1"});
  ExpectFits(Json::parse(R"({"type": "string", "enum": ["a", "bb", 1, null], "maxLength": 1})"),
             {R"("a")"}, {R"("bb")", "1", "null"});
  ExpectFits(Json::parse(R"({"allOf": [{"type": "integer", "minimum": 2}, {"maximum": 3}]})"),
             {"2", "3"}, {"1", "4"});
  ExpectFits(Json::parse(R"({"allOf": [
                  {"properties": {"a": {"minimum": 2}}, "required": ["a"]},
                  {"properties": {"a": {"type": "integer", "maximum": 3}, "b": {}}}]})"),
             {R"({"a":2})", R"({"a":3,"b":[]})"}, {"{}", R"({"a":4})", R"({"b":1})"});
  ExpectFits(Json::parse(R"({"$ref": "#/$defs/n", "maximum": 3,
                            "$defs": {"n": {"type": "integer", "minimum": 2}}})"),
             {"2", "3"}, {"1", "4"});
}

TEST(SchemaGrammar, OneOfAcceptsExactlyOne) {
  ExpectFits(Json::parse(R"({"oneOf": [{"type": "integer"}, {"type": "string"}]})"), {"1", "\"a\""},
             {"null"});
  ExpectFits(Json::parse(R"({"oneOf": [
                  {"properties": {"t": {"const": "a"}, "n": {"type": "integer"}}, "required": ["t"]},
                  {"properties": {"t": {"const": "b"}, "n": {"type": "null"}}, "required": ["t"]}]})"),
             {R"({"t":"a","n":1})", R"({"t":"b","n":null})"}, {R"({"t":"a","n":null})"});
  EXPECT_THAT(ErrorOf(Json::parse(R"({"oneOf": [{"type": "integer"}, {"type": "number"}]})")),
              HasSubstr("'oneOf' cannot be enforced"));
  EXPECT_THAT(ErrorOf(Json::parse(R"({"oneOf": [{"minLength": 3}, {"maxLength": 5}]})")),
              HasSubstr("'oneOf'"));
}

// Alternatives without end are removed, and a schema without others is rejected.
TEST(SchemaGrammar, RemovesWhatCannotEnd) {
  ExpectFits(Json::parse(R"({"type": "object", "properties": {"a": {"$ref": "#"}, "b": false}})"),
             {"{}", R"({"a":{}})"}, {R"({"b":1})"});
  ExpectFits(
      Json::parse(R"({"anyOf": [{"type": "integer", "minimum": 3, "maximum": 2}, {"const": 7}]})"),
      {"7"}, {"2", "3"});
  for (const char* schema :
       {R"({"properties": {"a": {"$ref": "#"}}, "required": ["a"]})",
        R"({"type": "integer", "minimum": 3, "maximum": 2})",
        R"({"enum": ["a"], "type": "integer"})",
        R"({"type": "string", "minLength": 3, "maxLength": 2})",
        R"({"type": "string", "pattern": "^ab$", "maxLength": 1})",
        R"({"allOf": [{"type": "string"}, {"type": "integer"}]})", "false",
        R"({"allOf": [{"required": ["a"]}], "additionalProperties": false})"}) {
    EXPECT_THAT(ErrorOf(Json::parse(schema)), HasSubstr("no value fits")) << schema;
  }
}

TEST(SchemaGrammar, RejectsWhatItCannotEnforce) {
  for (const char* name :
       {"uniqueItems", "not", "if", "contains", "patternProperties", "minProperties",
        "dependentRequired", "unevaluatedProperties", "robot"}) {
    EXPECT_THAT(ErrorOf({{"type", "object"}, {name, Json::parse(R"([{"a": 1}])")}}),
                HasSubstr(std::string("'") + name + "' cannot be enforced"));
  }
  EXPECT_EQ(ErrorOf({{"type", "array"}, {"uniqueItems", false}, {"title", "T"}, {"x-a", 1}}), "");
  EXPECT_THAT(ErrorOf({{"type", "string"}, {"pattern", "\\ba"}}), HasSubstr("pattern: \\b"));
  EXPECT_THAT(ErrorOf({{"type", "string"}, {"format", "zodiac"}}), HasSubstr("format: 'zodiac'"));
  EXPECT_THAT(ErrorOf({{"type", "number"}, {"multipleOf", 0.1}}), HasSubstr("'multipleOf'"));
  EXPECT_THAT(ErrorOf({{"type", "robot"}}), HasSubstr("type: unknown"));
  EXPECT_THAT(ErrorOf({{"$ref", "https://example.org/"}}), HasSubstr("$ref"));
  EXPECT_THAT(ErrorOf({{"$ref", "#/$defs/a"}, {"$defs", {{"a", {{"$ref", "#/$defs/a"}}}}}}),
              HasSubstr("leads to itself"));
  EXPECT_THAT(ErrorOf({{"$ref", "#/$defs/a"},
                       {"$defs", {{"a", {{"anyOf", {{{"$ref", "#"}}, {{"type", "null"}}}}}}}}}),
              HasSubstr("leads to itself"));
  EXPECT_THAT(ErrorOf(Json::array()), HasSubstr("expected a schema"));
  EXPECT_THAT(ErrorOf({{"enum", Json::array()}}), HasSubstr("list of values"));
  EXPECT_THAT(ErrorOf({{"type", "string"}, {"minLength", -1}}), HasSubstr("minLength"));
  EXPECT_THAT(ErrorOf({{"required", "x"}, {"type", "object"}}), HasSubstr("required"));
}

// Sizes are checked before anything is allocated.
TEST(SchemaGrammar, RejectsWhatIsTooLarge) {
  Json deep = {{"type", "integer"}};
  for (int i = 0; i < 40; ++i) deep = {{"type", "array"}, {"items", deep}};
  EXPECT_THAT(ErrorOf(deep), HasSubstr("smaller"));
  Json wide = Json::object();
  for (int i = 0; i < 6000; ++i) wide[std::to_string(i)] = {{"minLength", i}};
  EXPECT_THAT(ErrorOf({{"properties", wide}}), HasSubstr("smaller"));
  Json patterns = Json::object();
  for (int i = 0; i < 100; ++i) patterns[std::to_string(i)] = {{"pattern", std::to_string(i)}};
  EXPECT_THAT(ErrorOf({{"properties", patterns}}), HasSubstr("fewer different"));
  EXPECT_THAT(ErrorOf({{"const", std::string(100'000, 'a')}}), HasSubstr("shorter"));
  EXPECT_THAT(ErrorOf({{"type", "array"}, {"minItems", 100'000}}), HasSubstr("minItems"));
  EXPECT_THAT(ErrorOf({{"type", "string"}, {"minLength", 1e9}, {"pattern", "a"}}),
              HasSubstr("minLength"));
  Json branches = Json::array();
  for (int i = 0; i < 4; ++i) branches.push_back({{"minimum", i}});
  Json all = Json::array();
  for (int i = 0; i < 12; ++i) all.push_back({{"anyOf", branches}});
  EXPECT_THAT(ErrorOf({{"allOf", all}}), HasSubstr("smaller"));
}

}  // namespace
}  // namespace edgevlm
