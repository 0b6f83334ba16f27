#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <numeric>

#include "edgevlm/edgevlm.h"
#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

constexpr int kEnd = 260;
constexpr int kCaption = 264;
constexpr int kCat = 259;  // " cat"

TEST(CaptionLikelihood, IsTheProductOfEachStep) {
  const Engine engine = TinyEngine();
  const EncodedImage image = *engine.EncodeImage(TinyImage(40, 30, 1));
  Session session(engine);
  ASSERT_FALSE(session.SetImage(image));
  std::vector<int> step = {kImageToken, kCaption};
  double expected = 0, vocabulary = 0;
  for (const int next : {kCat, int{'s'}, kEnd}) {
    const std::span<const float> logits = *session.Evaluate(step);
    vocabulary = static_cast<double>(logits.size());
    const double sum = std::accumulate(
        logits.begin(), logits.end(), 0.0,
        [](double before, float logit) { return before + std::exp(double{logit}); });
    expected += std::log(std::exp(double{logits[static_cast<std::size_t>(next)]}) / sum);
    step = {next};
  }
  const Likelihood likelihood = *engine.CaptionLikelihood(image, "cats");
  EXPECT_EQ(likelihood.tokens, 3);
  // The logits have the same bits; the sums are computed in float (ComputeLogSumExp).
  EXPECT_NEAR(likelihood.log_probability, expected, 3 * (vocabulary + 8) * FLT_EPSILON);
}

TEST(CaptionLikelihood, CountsTheBlankAndTheEndOfAnEmptyCaption) {
  const Engine engine = TinyEngine();
  const EncodedImage image = *engine.EncodeImage(TinyImage(8, 8, 1));
  EXPECT_EQ(engine.CaptionLikelihood(image, "")->tokens, 2);
}

TEST(CaptionLikelihood, RefusesBadInput) {
  const Engine engine = TinyEngine();
  const EncodedImage image = *engine.EncodeImage(TinyImage(8, 8, 1));
  EXPECT_EQ(engine.CaptionLikelihood(image, "\xff").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(engine.CaptionLikelihood(EncodedImage(), "cat").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(engine.CaptionLikelihood(image, std::string(1000, '?')).error().code,
            ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace edgevlm
