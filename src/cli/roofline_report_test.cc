#include "cli/roofline_report.h"

#include <gmock/gmock.h>

#include <array>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

const RooflineMachine kMachine = {.cpu = "a \"CPU\"", .instruction_set = "neon", .threads = 4};
const std::array kLimits = {Limit{"float32", "fmla", "GOP/s", 37.25, 149},
                            Limit{"read L1", "", "GB/s", 70, 280}};

TEST(RooflineMarkdown, HasARowForEachLimit) {
  const std::string table = RooflineMarkdown(kMachine, kLimits);
  EXPECT_THAT(table, HasSubstr("|      all 4 | unit "));
  EXPECT_THAT(table, HasSubstr("| float32     |       37.2 |      149.0 | GOP/s | fmla  "));
  EXPECT_THAT(table, HasSubstr("| read L1     |       70.0 |      280.0 | GB/s  "));
}

TEST(RooflineJson, HasWhatTheTableHas) {
  const auto report = nlohmann::json::parse(RooflineJson(kMachine, kLimits));
  EXPECT_EQ(report["cpu_info"], "a \"CPU\"");
  EXPECT_EQ(report["n_threads"], 4);
  ASSERT_EQ(report["limits"].size(), 2u);
  EXPECT_EQ(report["limits"][0]["one_thread"], 37.25);
  EXPECT_EQ(report["limits"][1]["unit"], "GB/s");
}

}  // namespace
}  // namespace edgevlm
