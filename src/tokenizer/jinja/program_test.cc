#include "tokenizer/jinja/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tokenizer/jinja/json_value.h"
#include "tokenizer/jinja/parser.h"

namespace edgevlm::jinja {
namespace {

using ::testing::HasSubstr;

constexpr std::time_t kNow = 1785000000;  // as in tests/data/jinja/make_expected.py
constexpr int kUser = 1;

std::string ReadData(const std::string& name) {
  const char* source = std::getenv("EDGEVLM_SOURCE");
  std::ifstream file(std::string(source == nullptr ? "." : source) + "/tests/data/jinja/" + name,
                     std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const Value& Expected() {
  static const Value expected = *ValueOfJson(ReadData("expected.json"), kUser);
  return expected;
}

const Value& Member(const Value& value, std::string_view name) {
  const Value* member = value.dict().Find(name);
  CHECK(member != nullptr);
  return *member;
}

Variables VariablesOf(const Value& dict) {
  Variables variables;
  for (const auto& [name, value] : dict.dict().entries) {
    variables.emplace_back(std::string(name.view()), value);
  }
  return variables;
}

// What a program writes, or "ERROR line N: ...".
std::string Write(std::string_view program, const Variables& variables = {},
                  const Limits& limits = {}) {
  const Result<Program> parsed = Program::Parse(program);
  if (!parsed) return "ERROR " + parsed.error().message;
  const Result<Text> text = parsed->Write(variables, {.limits = limits, .now = kNow});
  return text ? std::string(text->view()) : "ERROR " + text.error().message;
}

void ExpectSame(const std::string& written, const Value& expected, std::string_view program) {
  if (expected.Is(Type::kText)) {
    EXPECT_EQ(written, expected.text().view()) << program;
  } else {
    EXPECT_TRUE(written.starts_with("ERROR line ")) << program << " wrote " << written;
  }
}

// The programs of tests/data/jinja/ write what Python's Jinja writes, or fail where it does.
TEST(JinjaProgram, WritesWhatJinjaWrites) {
  setenv("TZ", "UTC", 1);
  const Variables variables = VariablesOf(Member(Expected(), "variables"));
  const auto& cases = Member(Expected(), "cases").list().items;
  ASSERT_GT(cases.size(), 400u);
  for (const Value& one : cases) {
    const std::string_view program = Member(one, "program").text().view();
    ExpectSame(Write(program, variables), Member(one, "text"), program);
  }
}

TEST(JinjaProgram, WritesThePromptsOfChatTemplates) {
  setenv("TZ", "UTC", 1);
  const auto& renders = Member(Expected(), "renders").list().items;
  ASSERT_GT(renders.size(), 200u);
  for (const Value& one : renders) {
    const std::string name(Member(one, "template").text().view());
    ExpectSame(Write(ReadData("templates/" + name), VariablesOf(Member(one, "variables"))),
               Member(one, "text"), name);
  }
}

// The runs of what a program writes, as "source:bytes".
std::vector<std::string> Runs(std::string_view program, const Variables& variables) {
  const Result<Text> text = Program::Parse(program)->Write(variables);
  CHECK(text.ok());
  std::vector<std::string> runs;
  std::size_t begin = 0;
  for (const Text::Run& run : text->runs()) {
    runs.push_back(std::to_string(run.source) + ":" +
                   std::string(text->view().substr(begin, run.end - begin)));
    begin = run.end;
  }
  return runs;
}

TEST(JinjaProgram, TextsKeepTheirSources) {
  const Variables variables = {{"u", Value(std::string_view(" <|im_end|>, Hi "), 3)},
                               {"v", Value(std::string_view("V"), 4)}};
  const auto runs = [&](const std::string& expression) {
    return Runs("{{ " + expression + " }}", variables);
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(runs("'<|im_end|>' + u + 'x'"), (List{"0:<|im_end|>", "3: <|im_end|>, Hi ", "0:x"}));
  EXPECT_EQ(runs("u|trim"), (List{"3:<|im_end|>, Hi"}));
  EXPECT_EQ(runs("u.split(',')[0].strip()"), (List{"3:<|im_end|>"}));
  EXPECT_EQ(runs("u[1:-5] ~ v"), (List{"3:<|im_end|>", "4:V"}));
  EXPECT_EQ(runs("u|trim|replace('<|im_end|>', v)"), (List{"4:V", "3:, Hi"}));
  EXPECT_EQ(runs("u|upper|trim"), (List{"3:<|IM_END|>, HI"}));
  EXPECT_EQ(runs("[u, v]|join('-')|trim"), (List{"3:<|im_end|>, Hi ", "0:-", "4:V"}));
  EXPECT_EQ(runs("{v: u}|tojson"),
            (List{"0:{\"", "4:V", "0:\": \"", "3: <|im_end|>, Hi ", "0:\"}"}));
  EXPECT_EQ(runs("[v]|string"), (List{"0:['", "4:V", "0:']"}));
  EXPECT_EQ(runs("u[::-1][0:3]"), (List{"3: iH"}));
  EXPECT_EQ(runs("'{}!'.format(v)"), (List{"4:V", "0:!"}));
  EXPECT_EQ(runs("u|list|join|trim"), (List{"3:<|im_end|>, Hi"}));
  EXPECT_EQ(runs("('[\"' ~ v ~ '\"]')|from_json|first"), (List{"4:V"}));
  EXPECT_EQ(Runs("{% macro m(x) %}<{{ x }}>{% endmacro %}{% set q %}{{ m(v) }}{% endset %}{{ q }}",
                 variables),
            (List{"0:<", "4:V", "0:>"}));
}

// Each stops soon, with an error that names the limit.
TEST(JinjaProgram, StopsProgramsThatLoopOrGrow) {
  const std::string nested =
      "{% for a in range(99999) %}{% for b in range(99999) %}"
      "{% endfor %}{% endfor %}";
  EXPECT_THAT(Write(nested), HasSubstr("bytes of values"));
  EXPECT_THAT(Write(nested, {}, {.steps = 1000}), HasSubstr("at most 1000 steps"));
  EXPECT_THAT(Write("{{ 'x' * 99999999999 }}"), HasSubstr("bytes of values"));
  EXPECT_THAT(Write("{{ [1] * 9999999999 }}"), HasSubstr("bytes of values"));
  EXPECT_THAT(Write("{% set ns = namespace(x='x') %}{% for i in range(99) %}"
                    "{% set ns.x = ns.x + ns.x %}{% endfor %}"),
              HasSubstr("bytes of values"));
  EXPECT_THAT(Write("{% set ns = namespace(x=[]) %}{% for i in range(999) %}"
                    "{% set ns.x = [ns.x] %}{% endfor %}"),
              HasSubstr("less deep"));
  EXPECT_THAT(Write("{% set x = 'x' * 999999 %}{% for i in range(99) %}{{ x }}{% endfor %}"),
              HasSubstr("expected a prompt of at most"));
  EXPECT_THAT(Write("{% set x = 'x' * 999999 %}{% for i in range(9999) %}{% if x == x ~ '' %}"
                    "{% endif %}{% endfor %}"),
              HasSubstr("bytes"));
  EXPECT_THAT(Write("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"), HasSubstr("macros"));
  EXPECT_THAT(Write("{{ range(9999999)|length }}"), HasSubstr("range"));
  EXPECT_THAT(Write("{% set ns = namespace() %}{% set ns.x = ns %}"), HasSubstr("namespace"));
  EXPECT_THAT(Write("{% set ns = namespace() %}{% set ns.x = [ns] %}"), HasSubstr("namespace"));
  EXPECT_THAT(Write("{{ 9223372036854775807 + 1 }}"), HasSubstr("64 bits"));
  EXPECT_THAT(Write("{{ 'a' }}", {}, {.steps = 1}), HasSubstr("at most 1 steps"));
}

TEST(JinjaProgram, RefusesProgramsThatAreTooLarge) {
  const auto repeat = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  EXPECT_THAT(Write("{{ " + repeat("(", 1000) + "1" + repeat(")", 1000) + " }}"),
              HasSubstr("levels"));
  EXPECT_THAT(Write("{{ " + repeat("[", 1000) + repeat("]", 1000) + " }}"), HasSubstr("levels"));
  EXPECT_THAT(Write("{{ a" + repeat(".a", 1000) + " }}"), HasSubstr("levels"));
  EXPECT_THAT(Write("{{ 1" + repeat("+1", 1000) + " }}"), HasSubstr("levels"));
  EXPECT_THAT(Write("{{ " + repeat("-", 1000) + "1 }}"), HasSubstr("expected"));
  EXPECT_EQ(Write("{{ " + repeat("not ", 1001) + "1 }}"), "False");
  EXPECT_THAT(Write(repeat("{% if a %}", 1000)), HasSubstr("nested blocks"));
  EXPECT_THAT(Write(repeat("{{ a }}", 200'000)), HasSubstr("expected"));
  EXPECT_THAT(Write(std::string(kMaxProgramBytes + 1, 'x')), HasSubstr("bytes"));
  EXPECT_EQ(Write(std::string(kMaxProgramBytes, 'x')).size(), kMaxProgramBytes);
}

TEST(JinjaProgram, ErrorsNameTheLine) {
  EXPECT_EQ(Write("a\n{{ 1 + 'a' }}"), "ERROR line 2: the operands of + do not fit");
  EXPECT_EQ(Write("{{ raise_exception('no\nmore') }}"), "ERROR line 1: no more");
  EXPECT_EQ(Write("\n\n{% if %}"), "ERROR line 3: expected an expression, found the end");
  EXPECT_EQ(Write("{% include 'a' %}"), "ERROR line 1: unknown block 'include'");
  EXPECT_EQ(Write("{{ a | nope }}"), "ERROR line 1: unknown filter 'nope'");
  EXPECT_EQ(Write("{{ a.b.c }}"), "ERROR line 1: expected a value with b, found an undefined one");
  const Result<Text> undefined = Program::Parse("{{ strftime_now('%Y') }}")->Write({});
  EXPECT_EQ(undefined.error().message, "line 1: expected a function as strftime_now");
}

// Wherever a program is cut off, it is parsed or refused.
TEST(JinjaProgram, CutAnywhere) {
  for (const char* name : {"gemma.jinja", "python_calls.jinja"}) {
    const std::string program = ReadData("templates/" + std::string(name));
    for (std::size_t size = 0; size < program.size(); ++size) {
      const Result<Program> parsed = Program::Parse(std::string_view(program).substr(0, size));
      if (parsed) (void)parsed->Write({});
    }
  }
}

TEST(JinjaJson, ReadsValuesAndRefusesTheRest) {
  EXPECT_EQ(Write("{{ x }}", {{"x", *ValueOfJson(R"({"a": [1, 2.5, null, true, "s"]})", kUser)}}),
            "{'a': [1, 2.5, None, True, 's']}");
  EXPECT_EQ(ValueOfJson("18446744073709551615", kUser)->type(), Type::kFloat);
  for (const char* broken : {"", "{", "[1,]", "nope", "{\"a\"}", "\"\xff\""}) {
    EXPECT_FALSE(ValueOfJson(broken, kUser)) << broken;
  }
  EXPECT_THAT(ValueOfJson(std::string(100, '['), kUser).error().message, HasSubstr("levels"));
}

}  // namespace
}  // namespace edgevlm::jinja
