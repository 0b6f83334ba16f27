#include "train/loop/running_stats.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace edgevlm::train {
namespace {

TEST(RunningStats, AverageWithTheirPast) {
  Losses losses;
  losses.text = 1.0;
  losses.pointer = 0.5;
  RunningStats stats;
  stats.Add(losses);
  EXPECT_DOUBLE_EQ(stats.Json(false)["text"].get<double>(), 1.0) << "the first counts whole";
  losses.text = 2.0;
  stats.Add(losses);
  EXPECT_NEAR(stats.Json(false)["text"].get<double>(), 1.02, 1e-12);
  EXPECT_NEAR(stats.Json(false)["pointer"].get<double>(), 0.5, 1e-12);
}

TEST(RunningStats, TellOfDistillationWhereThereIsATeacher) {
  RunningStats stats;
  EXPECT_EQ(stats.Text(true), "");
  stats.Add({});
  EXPECT_FALSE(stats.Json(false).contains("distil_logits"));
  EXPECT_TRUE(stats.Json(true).contains("distil_logits"));
  EXPECT_EQ(stats.Text(false).find("cover 0.000 center 0.000"), 0u);
  EXPECT_EQ(stats.Text(false).find("distil"), std::string::npos);
  EXPECT_NE(stats.Text(true).find(" distil: features 0.000 relations 0.000"), std::string::npos);
}

}  // namespace
}  // namespace edgevlm::train
