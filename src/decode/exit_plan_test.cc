#include "decode/exit_plan.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace edgevlm {
namespace {

DecoderShape ShapeOf(int blocks, std::vector<int> trained = {}) {
  DecoderShape shape;
  shape.blocks = blocks;
  shape.exits = std::move(trained);
  return shape;
}

ExitOptions On(std::vector<int> layers = {}, int min_layer = 0) {
  return {.mode = EarlyExit::kExit, .layers = std::move(layers), .min_layer = min_layer};
}

std::vector<int> ExitsOf(const ExitOptions& options, const DecoderShape& shape) {
  const auto plan = PlanExits(options, shape);
  EXPECT_TRUE(plan.ok()) << plan.error().message;
  if (!plan.ok() || !plan->has_value()) return {};
  return (*plan)->exits;
}

std::string ErrorOf(const ExitOptions& options, const DecoderShape& shape) {
  const auto plan = PlanExits(options, shape);
  return plan.ok() ? "" : plan.error().message;
}

using Exits = std::vector<int>;

TEST(PlanExits, AModelThatWasNotTrainedForThemNeedsThemNamed) {
  EXPECT_EQ(ErrorOf(On(), ShapeOf(24)),
            "options: early_exit: expected a model with trained exits, or exit_layers, found none");
  EXPECT_EQ(ErrorOf(On({}, 5), ShapeOf(24)), ErrorOf(On(), ShapeOf(24)));
  EXPECT_EQ(ExitsOf(On({8, 12, 16, 20}), ShapeOf(24)), (Exits{8, 12, 16, 20}));
}

TEST(PlanExits, TrainedOnesGoFirstAndAskedForOnesBeforeThem) {
  EXPECT_EQ(ExitsOf(On(), ShapeOf(6, {2, 4})), (Exits{2, 4}));
  EXPECT_EQ(ExitsOf(On({3}), ShapeOf(6, {2, 4})), (Exits{3}));
  EXPECT_EQ(ExitsOf(On({}, 3), ShapeOf(6, {2, 4})), (Exits{4}));
  EXPECT_EQ(ExitsOf(On({8, 12, 16, 20}, 12), ShapeOf(24)), (Exits{12, 16, 20}));
}

TEST(PlanExits, OffMeansNone) {
  const auto plan = PlanExits({}, ShapeOf(6, {2, 4}));
  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan->has_value());
}

TEST(PlanExits, RefusesWhatIsNotThere) {
  const std::string layers =
      "options: exit_layers: expected increasing numbers from 1 to 5, found ";
  EXPECT_EQ(ErrorOf(On({2, 6}), ShapeOf(6)), layers + "2,6");
  EXPECT_EQ(ErrorOf(On({0}), ShapeOf(6)), layers + "0");
  EXPECT_EQ(ErrorOf(On({4, 2}), ShapeOf(6)), layers + "4,2");
  EXPECT_EQ(ErrorOf({.layers = {9}}, ShapeOf(6)), layers + "9") << "also while it is off";
  EXPECT_EQ(ErrorOf(On({}, 5), ShapeOf(6, {2, 4})),
            "options: exit_min_layer: expected an exit after at least 5 of 6 blocks, found 2,4");
}

TEST(PlanExits, ThresholdsAreShares) {
  for (const float threshold : {0.0f, -0.5f, 1.01f, std::numeric_limits<float>::quiet_NaN()}) {
    ExitOptions options = On();
    options.threshold = threshold;
    EXPECT_EQ(ErrorOf(options, ShapeOf(6, {2, 4}))
                  .find("options: exit_threshold: expected above 0, at most 1"),
              0u);
  }
  ExitOptions options = On();
  options.threshold = 1;
  EXPECT_EQ(ErrorOf(options, ShapeOf(6, {2, 4})), "");
  options.min_layer = -1;
  EXPECT_EQ(ErrorOf(options, ShapeOf(6)), "options: exit_min_layer: expected at least 0, found -1");
}

}  // namespace
}  // namespace edgevlm
