// Replies of a random model under JSON schemas: constrained decoding makes every one of them fit.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <regex>

#include "decode/grammar/token_filter.h"
#include "decode/testing/byte_model.h"
#include "server/schema/pattern_grammar.h"
#include "server/schema/schema_checker.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

constexpr int kMaxBytes = 4000;

// Draws one random byte after the other, preferring those that close a value. Nothing if the text
// does not end.
std::optional<std::string> RandomReply(const std::shared_ptr<const Grammar>& grammar,
                                       unsigned seed) {
  const Tokenizer tokenizer = ByteTokenizer();
  const int ends[] = {0};
  const ShownTokens none_shown(tokenizer, {});
  TokenFilter filter(grammar, tokenizer, ends, none_shown);
  std::mt19937 random(seed);
  std::string reply;
  while (static_cast<int>(reply.size()) < kMaxBytes) {
    const std::vector<bool>& allowed = filter.Allowed();
    std::vector<int> tokens;
    for (int token = 0; token < kBytes; ++token) {
      if (!allowed[static_cast<std::size_t>(token)]) continue;
      tokens.push_back(token);
      const bool closes = token == 0 || token == '"' || token == ']' || token == '}';
      if (closes) tokens.insert(tokens.end(), 40, token);
    }
    const int token = tokens[random() % tokens.size()];
    if (token == 0) return reply;
    reply += static_cast<char>(token);
    filter.Accept(token);
  }
  return std::nullopt;
}

struct Case {
  const char* schema;
  // An independent check of the whole value.
  bool (*holds)(const Json&) = [](const Json&) { return true; };
};

bool Matches(const Json& value, const char* pattern) {
  return std::regex_search(value.get<std::string>(), std::regex(pattern));
}

bool IsDate(const std::string& text) {
  const std::chrono::year_month_day date{
      std::chrono::year(std::stoi(text.substr(0, 4))),
      std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5, 2)))),
      std::chrono::day(static_cast<unsigned>(std::stoi(text.substr(8, 2))))};
  return text.size() == 10 && text[4] == '-' && text[7] == '-' && date.ok();
}

constexpr Case kCases[] = {
    {R"({"type": "string", "minLength": 3, "maxLength": 10})"},
    {R"({"type": "string", "maxLength": 0})", [](const Json& v) { return v == ""; }},
    {R"({"type": "string", "minLength": 200})"},
    {R"({"type": "string", "pattern": "^[A-Z]{2,4}-\\d+$"})",
     [](const Json& v) { return Matches(v, "^[A-Z]{2,4}-[0-9]+$"); }},
    {R"({"type": "string", "pattern": "a[\"\\\\]b", "maxLength": 12})",
     [](const Json& v) { return Matches(v, "a[\"\\\\]b"); }},
    {R"({"type": "string", "format": "date"})",
     [](const Json& v) { return IsDate(v.get<std::string>()); }},
    {R"({"type": "string", "format": "date-time"})",
     [](const Json& v) { return IsDate(v.get<std::string>().substr(0, 10)); }},
    // The pattern of zod for e-mail addresses.
    {R"({"type": "string", "format": "email", "maxLength": 40, "pattern":
          "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$"})",
     [](const Json& v) { return Matches(v, "^[^@.][^@]*@[^@]+\\.[A-Za-z]{2,}$"); }},
    {R"({"type": "string", "format": "uuid"})"},
    {R"({"type": "string", "format": "uri", "minLength": 1, "maxLength": 2083})"},
    {R"({"type": "integer", "minimum": -3, "maximum": 12})"},
    {R"({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 3})"},
    {R"({"type": "integer", "multipleOf": 25, "minimum": 1})"},
    {R"({"type": "number", "minimum": 0, "maximum": 1})"},
    {R"({"type": "number", "exclusiveMinimum": 0, "maximum": 0.5})"},
    {R"({"type": "number", "minimum": 99.5, "exclusiveMaximum": 100})"},
    {R"({"type": "number", "multipleOf": 5})"},
    {R"({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "maxItems": 4})"},
    {R"({"type": "array", "items": {"type": "null"}, "maxItems": 1000000000})"},
    {R"({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}],
          "minItems": 2, "maxItems": 2})",
     [](const Json& v) { return v[0].is_number() && v[1].is_boolean(); }},
    {R"({"type": "array", "prefixItems": [{"const": "x"}], "items": {"type": "integer"}})"},
    {R"({"type": "array", "items": [{"type": "integer"}], "additionalItems": false})"},
    {R"({"type": "object", "additionalProperties": {"type": "integer"}})"},
    {R"({"type": "object", "properties": {"a": {"type": "null"}}, "additionalProperties":
          {"type": "boolean"}})"},
    {R"({"type": "object", "propertyNames": {"pattern": "^k\\d$"},
          "additionalProperties": {"type": "boolean"}})"},
    {R"({"type": "object", "properties": {"b": {"type": "boolean"}, "a": {"type": "boolean"}},
          "required": ["a", "b"], "additionalProperties": false})",
     [](const Json& v) { return v.begin().key() == "b"; }},
    {R"({"type": "object", "required": ["x"]})"},
    {R"({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
          "anyOf": [{"required": ["a"]}, {"required": ["b"]}]})",
     [](const Json& v) { return v.contains("a") || v.contains("b"); }},
    {R"({"allOf": [{"type": "object", "properties": {"a": {"type": "integer", "minimum": 5}}},
                     {"type": "object", "properties": {"a": {"maximum": 7}, "b": {"const": 1}},
                      "required": ["b"]}]})"},
    {R"({"oneOf": [{"type": "object", "properties": {"kind": {"const": "cat"}, "lives":
             {"type": "integer", "minimum": 0, "maximum": 9}}, "required": ["kind", "lives"]},
           {"type": "object", "properties": {"kind": {"const": "dog"}, "name":
             {"type": "string", "maxLength": 5}}, "required": ["kind"]}]})"},
    {R"({"oneOf": [{"type": "integer", "maximum": 3}, {"type": "integer", "minimum": 5,
           "maximum": 9}, {"type": "string", "maxLength": 2}]})"},
    {R"({"type": ["string", "null"], "enum": ["a", null, 5]})",
     [](const Json& v) { return v == "a" || v.is_null(); }},
    {R"({"type": "string", "nullable": true, "maxLength": 2})"},
    {R"({"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties": {
            "value": {"type": "integer", "minimum": 1, "maximum": 3},
            "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 2}},
            "required": ["value", "children"]}}})"},
    {R"({"type": "object", "properties": {"a": {"description": "by reference", "default": 1,
            "allOf": [{"$ref": "#/$defs/A"}]}}, "required": ["a"], "$defs": {"A": {"enum": [1, 2]}}})"},
    {R"({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 2}, {"type": "null"}], "default": null})"},
    {R"({"type": "object", "properties": {"t": {"anyOf": [{"format": "time", "type": "string"},
            {"const": "never"}]}}, "required": ["t"], "title": "T", "x-order": 1})"},
};

TEST(SchemaReplies, FitTheirSchema) {
  constexpr unsigned kSeeds = 30;
  for (const Case& each : kCases) {
    const Json schema = Json::parse(each.schema);
    const auto grammar = SchemaGrammar(schema);
    ASSERT_TRUE(grammar) << each.schema << ": " << grammar.error().message;
    SchemaChecker checker(schema);
    unsigned ended = 0;
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      const auto reply = RandomReply(*grammar, seed);
      if (!reply) continue;
      ++ended;
      const Json value = Json::parse(*reply, nullptr, /*allow_exceptions=*/false);
      ASSERT_FALSE(value.is_discarded()) << each.schema << " " << *reply << " seed " << seed;
      EXPECT_TRUE(checker.Fits(value, schema)) << each.schema << " " << *reply << " seed " << seed;
      EXPECT_TRUE(each.holds(value)) << each.schema << " " << *reply << " seed " << seed;
    }
    EXPECT_GE(ended, kSeeds / 2) << each.schema;
  }
}

TEST(SchemaReplies, MatchTheirPattern) {
  for (const char* pattern : {"(yes|no), [a-z]{3,8}\\.", "\\d{3}-\\d{4}", "a\"\\n\\\\b?"}) {
    const auto grammar = PatternGrammar(pattern);
    ASSERT_TRUE(grammar) << pattern;
    for (unsigned seed = 0; seed < 20; ++seed) {
      const auto reply = RandomReply(*grammar, seed);
      ASSERT_TRUE(reply) << pattern;
      EXPECT_TRUE(std::regex_match(*reply, std::regex(pattern))) << pattern << " " << *reply;
    }
  }
}

}  // namespace
}  // namespace edgevlm
