#include "eval/report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Evaluation TwoKinds() {
  Evaluation evaluation;
  evaluation.images = 3;
  evaluation.with_images.questions["count"] = {.asked = 4, .right = 3};
  evaluation.with_images.questions["where"] = {.asked = 2, .right = 0};
  evaluation.with_images.facts.Add({"dog"}, {"dog", "1 dog"});
  evaluation.with_images.names = {.asked = 8, .right = 6};
  evaluation.with_images.likelihood = {.tokens = 5, .log_probability = 0};
  evaluation.blank = evaluation.with_images;
  evaluation.blank->questions["count"].right = 1;
  return evaluation;
}

TEST(ReportTable, ShowsEveryKindWithItsBlankScore) {
  const std::string table = ReportTable(TwoKinds());
  EXPECT_THAT(table, HasSubstr("count                  4    75.0 %    25.0 %\n"));
  EXPECT_THAT(table, HasSubstr("all                    6    50.0 %    16.7 %\n"));
  EXPECT_THAT(table, HasSubstr("facts recall           2    50.0 %    50.0 %\n"));
  EXPECT_THAT(table, HasSubstr("names stated           8    75.0 %    75.0 %\n"));
  EXPECT_THAT(table, HasSubstr("perplexity             5         1         1\n"));
}

TEST(ReportTable, ShowsHowManyTokensExitedEarly) {
  Evaluation evaluation = TwoKinds();
  EXPECT_THAT(ReportTable(evaluation), Not(HasSubstr("early")));
  evaluation.with_images.depth.Add({.tokens = 6, .early = 2, .blocks = 30});
  evaluation.with_images.depth.Add({.tokens = 2, .early = 1, .blocks = 6});
  const std::string table = ReportTable(evaluation);
  EXPECT_THAT(table, HasSubstr("tokens                 8    37.5 %\n"));
  EXPECT_THAT(table, HasSubstr("blocks per token               4.5\n"));
}

TEST(ReportTable, ShowsTheCalibrationOfAnswers) {
  Evaluation evaluation = TwoKinds();
  EXPECT_THAT(ReportTable(evaluation), Not(HasSubstr("calibration")));
  evaluation.with_images.calibration.Add(0.75, false);
  EXPECT_THAT(ReportTable(evaluation), HasSubstr("expected error         1    75.0 %\n"));
  EXPECT_EQ(nlohmann::json::parse(ReportJson(evaluation))["calibration"]["error"], 0.75);
}

TEST(ReportTable, OmitsTheBlankColumn) {
  Evaluation evaluation = TwoKinds();
  evaluation.blank.reset();
  EXPECT_THAT(ReportTable(evaluation), Not(HasSubstr("blank")));
}

TEST(ReportJson, HasTheSameMetrics) {
  const auto report = nlohmann::json::parse(ReportJson(TwoKinds()));
  EXPECT_EQ(report["pictures"], 3);
  EXPECT_EQ(report["questions"]["count"]["n"], 4);
  EXPECT_EQ(report["questions"]["count"]["accuracy"], 0.75);
  EXPECT_EQ(report["questions"]["count"]["blank_accuracy"], 0.25);
  EXPECT_EQ(report["questions"]["all"]["accuracy"], 0.5);
  EXPECT_EQ(report["captions"]["precision"], 1.0);
  EXPECT_EQ(report["captions"]["names"], 0.75);
  EXPECT_EQ(report["captions"]["blank_perplexity"], 1.0);
  EXPECT_EQ(report["tokens"]["n"], 0);
  EXPECT_EQ(report["tokens"]["early"], 0.0);
}

}  // namespace
}  // namespace edgevlm
