#include "measure/experiment/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "measure/experiment/run_experiment.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kTwoByThree = R"(experiment:
  title: Two by three
  workload: prefill
  repetitions: 2
vary:
  cache: [f16, "h2o:0.5"]
  prompt_tokens: [8, 16, 32]
fix:
  precision: f32
finding:
  judge: range
  metric: prefill_ms
)";

std::string Replaced(std::string_view from, std::string_view to) {
  std::string text(kTwoByThree);
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::string ErrorOf(const std::string& text) {
  const Result<Spec> spec = ParseSpec(text, "my.yaml");
  return spec ? "" : spec.error().message;
}

TEST(Spec, EveryCombinationIsACondition) {
  const Result<Spec> spec = ParseSpec(kTwoByThree, "my.yaml");
  ASSERT_TRUE(spec) << spec.error().message;
  std::vector<std::string> conditions;
  for (const Condition& condition : ConditionsOf(*spec)) {
    conditions.push_back(ConditionText(condition));
  }
  EXPECT_THAT(conditions,
              ElementsAre("cache=f16 prompt_tokens=8", "cache=f16 prompt_tokens=16",
                          "cache=f16 prompt_tokens=32", "cache=h2o:0.5 prompt_tokens=8",
                          "cache=h2o:0.5 prompt_tokens=16", "cache=h2o:0.5 prompt_tokens=32"));
}

TEST(Spec, AConditionChangesWhatItNamesAndNothingElse) {
  const Result<Spec> spec = ParseSpec(kTwoByThree, "my.yaml");
  ASSERT_TRUE(spec) << spec.error().message;
  const edgevlm::Setup setup = SetupOf(*spec, ConditionsOf(*spec).back(), {.threads = 3});
  EXPECT_EQ(CacheText(setup.model.options.cache), "h2o:0.5");
  EXPECT_EQ(setup.request.prompt_tokens, 32);
  EXPECT_EQ(setup.model.options.precision, Precision::kFloat32);
  EXPECT_EQ(setup.model.options.threads, 3);
}

TEST(Spec, ErrorsNameTheLineAndWhatIsExpected) {
  EXPECT_THAT(ErrorOf(Replaced("prefill\n", "prefil\n")),
              HasSubstr("experiment.workload: expected one of ask, prefill"));
  EXPECT_THAT(ErrorOf(Replaced("judge: range", "judge: rang")),
              HasSubstr("finding.judge: expected one of range"));
  EXPECT_THAT(ErrorOf(Replaced("cache:", "cash:")),
              HasSubstr("my.yaml:6: vary.cash: expected one"));
  EXPECT_THAT(ErrorOf(Replaced("h2o:0.5", "h2o:5")), HasSubstr("my.yaml:6: vary.cache: "));
  EXPECT_THAT(ErrorOf(Replaced("16, 32", "16, x")),
              HasSubstr("vary.prompt_tokens: expected a whole number from 1"));
  EXPECT_THAT(ErrorOf(Replaced("repetitions: 2", "repetitions: 0")),
              HasSubstr("my.yaml:4: experiment.repetitions: expected a number from 1"));
  EXPECT_THAT(ErrorOf(Replaced("repetitions: 2", "repetition: 2")),
              HasSubstr("my.yaml:4: experiment.repetition: expected a key"));
  EXPECT_THAT(ErrorOf(Replaced("  workload: prefill\n", "")),
              HasSubstr("experiment.workload: expected, not found"));
  EXPECT_THAT(ErrorOf("- 1"), HasSubstr("my.yaml:1"));
}

TEST(Spec, TooManyConditionsAreRefused) {
  std::string values = "8";
  for (int i = 0; i < 5000; ++i) values += ", 8";
  EXPECT_THAT(ErrorOf(Replaced("8, 16, 32", values)), HasSubstr("expected at most 10000"));
}

TEST(Spec, CutAnywhereItIsReadOrRefused) {
  for (std::size_t size = 0; size < kTwoByThree.size(); ++size) {
    const Result<Spec> spec = ParseSpec(kTwoByThree.substr(0, size), "my.yaml");
    EXPECT_TRUE(!spec || !ConditionsOf(*spec).empty());
  }
}

TEST(Spec, ThoseOfTheProgramAreReadAndJudgeWhatTheyMeasure) {
  const std::vector<Spec> specs = BuiltinSpecs();
  EXPECT_GE(specs.size(), 12u);
  for (const Spec& spec : specs) {
    EXPECT_FALSE(spec.title.empty()) << spec.name;
    EXPECT_EQ(spec.claim.text.empty(), spec.claim.source.empty()) << spec.name;
    const auto varies = [&](const std::string& variable) {
      return std::ranges::any_of(spec.vary,
                                 [&](const Axis& axis) { return axis.variable == variable; });
    };
    EXPECT_TRUE(spec.finding.over.empty() || varies(spec.finding.over)) << spec.name;
    EXPECT_EQ(FindWorkload(spec.workload).reads_items, !spec.data.empty()) << spec.name;
  }
}

}  // namespace
}  // namespace edgevlm
