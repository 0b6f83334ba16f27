#include "train/speed/measure_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace edgevlm::train {
namespace {

using ::testing::HasSubstr;

TrainingSpeed SomeSpeed() {
  return {.parameters = 1'096'000,
          .vocabulary = 1200,
          .gflops_limit = 200,
          .steps = {{"joint", 50, 0.4}},
          .samples = {{"draw scenes", 250}}};
}

TEST(TrainingSpeed, IsToldAsShareAndHours) {
  const std::string table = SpeedTable(SomeSpeed());
  EXPECT_THAT(table, HasSubstr("1.10 million parameters, 1200 tokens; float32 limit 200 GFLOP/s"));
  // 50 images of 0.4 GFLOP are 20 of 200; a million takes 20000 s.
  EXPECT_THAT(table, HasSubstr("joint               50.0         0.400       10.0 %"));
  EXPECT_THAT(table, HasSubstr(" 5.6\n"));
  EXPECT_THAT(table, HasSubstr("draw scenes        250.0"));
  const auto json = nlohmann::json::parse(SpeedJson(SomeSpeed()));
  EXPECT_DOUBLE_EQ(json["steps"][0]["share_of_limit"], 0.1);
  EXPECT_NEAR(json["steps"][0]["hours_per_million_images"].get<double>(), 5.5556, 1e-4);
  EXPECT_FALSE(json["samples"][0].contains("share_of_limit")) << "drawing is not arithmetic";
}

TEST(TrainingSpeed, HasNoShareOfAnUnknownLimit) {
  TrainingSpeed speed = SomeSpeed();
  speed.gflops_limit = 0;
  EXPECT_EQ(speed.ShareOfLimit(speed.steps[0]), 0);
}

}  // namespace
}  // namespace edgevlm::train
