#include "decode/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kDraws = 20000;

// How often each token is drawn from the same logits.
std::vector<double> Frequencies(DecodeOptions options, const std::vector<float>& logits) {
  options.seed = 1;
  Sampler sampler(options, static_cast<int>(logits.size()));
  std::vector<double> probabilities(logits.size());
  for (int i = 0; i < kDraws; ++i) {
    probabilities[static_cast<std::size_t>(sampler.Choose(logits))] += 1.0 / kDraws;
  }
  return probabilities;
}

// Five standard deviations of a fraction `p` of kDraws: a correct sampler fails once in a million.
// The 1e-9 is for adding up kDraws times 1 / kDraws.
void ExpectFrequencies(const std::vector<double>& found, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double tolerance = 5 * std::sqrt(expected[i] * (1 - expected[i]) / kDraws) + 1e-9;
    EXPECT_NEAR(found[i], expected[i], tolerance) << "token " << i;
  }
}

std::vector<float> LogitsOf(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (double share : probabilities) logits.push_back(static_cast<float>(std::log(share)) + 3.0f);
  return logits;
}

TEST(Sampler, GreedyTakesTheLargestAndTheFirstOfEquals) {
  Sampler sampler({}, 4);
  EXPECT_EQ(sampler.Choose(std::vector<float>{1, 3, 3, 2}), 1);
  EXPECT_EQ(sampler.Choose(std::vector<float>{-5, -7, -4.5f, -9}), 2);
}

TEST(Sampler, NotANumberIsNeverPreferred) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float temperature : {0.0f, 1.0f}) {
    Sampler sampler({.temperature = temperature, .seed = 1}, 3);
    EXPECT_EQ(sampler.Choose(std::vector<float>{nan, -2, nan}), 1);
    EXPECT_EQ(sampler.Choose(std::vector<float>{-infinity, -2, infinity}), 2);
    const int any = sampler.Choose(std::vector<float>{nan, nan, nan});
    EXPECT_TRUE(0 <= any && any < 3);
  }
}

TEST(Sampler, TemperatureShapesTheDistribution) {
  const std::vector<double> probabilities = {0.1, 0.2, 0.7};
  ExpectFrequencies(Frequencies({.temperature = 1.0f, .seed = 1}, LogitsOf(probabilities)),
                    probabilities);
  // At temperature 0.5 every probability is squared: 0.01, 0.04, 0.49 of 0.54.
  ExpectFrequencies(Frequencies({.temperature = 0.5f, .seed = 2}, LogitsOf(probabilities)),
                    {0.01 / 0.54, 0.04 / 0.54, 0.49 / 0.54});
}

TEST(Sampler, TopKKeepsTheLikeliest) {
  ExpectFrequencies(Frequencies({.temperature = 1.0f, .top_k = 2}, LogitsOf({0.1, 0.3, 0.2, 0.4})),
                    {0, 3.0 / 7, 0, 4.0 / 7});
}

TEST(Sampler, TopPKeepsTheNucleus) {
  ExpectFrequencies(
      Frequencies({.temperature = 1.0f, .top_p = 0.6f}, LogitsOf({0.1, 0.3, 0.2, 0.4})),
      {0, 3.0 / 7, 0, 4.0 / 7});
  ExpectFrequencies(
      Frequencies({.temperature = 1.0f, .top_p = 0.01f}, LogitsOf({0.1, 0.3, 0.2, 0.4})),
      {0, 0, 0, 1});
  ExpectFrequencies(Frequencies({.temperature = 1.0f, .top_p = 0}, LogitsOf({0.1, 0.3, 0.2, 0.4})),
                    {0, 0, 0, 1});
}

TEST(Sampler, MinPDropsTheRare) {
  ExpectFrequencies(
      Frequencies({.temperature = 1.0f, .min_p = 0.6f}, LogitsOf({0.1, 0.3, 0.2, 0.4})),
      {0, 3.0 / 7, 0, 4.0 / 7});
}

TEST(Sampler, RepetitionPenaltyMovesOn) {
  Sampler sampler({.repetition_penalty = 2.0f}, 4);
  const std::vector<float> logits = {4, 3, -1, -1.5f};
  EXPECT_EQ(sampler.Choose(logits), 0);
  EXPECT_EQ(sampler.Choose(logits), 1);  // 4 / 2 is below 3
  EXPECT_EQ(sampler.Choose(logits), 0);  // 2 against 1.5
  Sampler negative({.repetition_penalty = 2.0f}, 2);
  EXPECT_EQ(negative.Choose(std::vector<float>{-1, -1.5f}), 0);
  EXPECT_EQ(negative.Choose(std::vector<float>{-1, -1.5f}), 1);  // -1 * 2 is below -1.5
}

// The penalized logits, by the formulas alone.
std::vector<float> PenalizedLogits(const DecodeOptions& options, std::vector<float> logits,
                                   std::span<const int> reply) {
  const auto window = static_cast<std::size_t>(options.penalty_window);
  if (window > 0 && reply.size() > window) reply = reply.last(window);
  for (std::size_t token = 0; token < logits.size(); ++token) {
    const auto count = std::ranges::count(reply, static_cast<int>(token));
    if (count == 0) continue;
    float& logit = logits[token];
    logit = logit > 0 ? logit / options.repetition_penalty : logit * options.repetition_penalty;
    logit -= options.presence_penalty + static_cast<float>(count) * options.frequency_penalty;
  }
  return logits;
}

// Drafting and forgetting tokens in between changes nothing.
TEST(Sampler, PenaltiesAreThoseOfTheirFormulas) {
  constexpr int kTokens = 12;
  const DecodeOptions all_options[] = {
      {.presence_penalty = 1.5f},
      {.frequency_penalty = 0.3f},
      {.presence_penalty = -0.4f, .frequency_penalty = -0.1f},
      {.repetition_penalty = 1.2f, .presence_penalty = 0.3f, .frequency_penalty = 0.1f},
      {.frequency_penalty = 2.0f, .penalty_window = 1},
      {.repetition_penalty = 1.5f, .frequency_penalty = 0.5f, .penalty_window = 5},
  };
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  for (const DecodeOptions& options : all_options) {
    Sampler sampler(options, kTokens);
    std::vector<int> reply;
    bool is_changed = false;
    for (int step = 0; step < 200; ++step) {
      std::vector<float> logits(kTokens);
      for (float& logit : logits) logit = normal(random);
      const std::vector<float> expected = PenalizedLogits(options, logits, reply);
      std::vector<int> drafted = reply;
      for (int i = 0; i < step % 4; ++i) {
        const std::vector<float> next = PenalizedLogits(options, logits, drafted);
        drafted.push_back(sampler.Draft(logits, {}));
        ASSERT_EQ(drafted.back(), std::ranges::max_element(next) - next.begin()) << step;
      }
      sampler.ForgetDraft();
      reply.push_back(sampler.Choose(logits));
      ASSERT_EQ(reply.back(), std::ranges::max_element(expected) - expected.begin()) << step;
      is_changed |= reply.back() != std::ranges::max_element(logits) - logits.begin();
    }
    EXPECT_TRUE(is_changed) << "the penalties change nothing";
  }
}

TEST(Sampler, PenaltiesMoveTheProbabilitiesOfDraws) {
  const std::vector<double> probabilities = {0.25, 0.25, 0.5};
  std::vector<double> found(3);
  for (int i = 0; i < kDraws; ++i) {
    Sampler sampler({.presence_penalty = std::log(4.0f),
                     .frequency_penalty = std::log(2.0f),
                     .temperature = 1.0f,
                     .seed = static_cast<std::uint64_t>(i)},
                    3);
    ASSERT_EQ(sampler.Choose(std::vector<float>{0, 0, 100}), 2);
    ASSERT_EQ(sampler.Choose(std::vector<float>{0, 0, 100}), 2);
    found[static_cast<std::size_t>(sampler.Choose(LogitsOf(probabilities)))] += 1.0 / kDraws;
  }
  // e^-(log 4 + 2 log 2) = 1/16 of the third.
  ExpectFrequencies(found, {8.0 / 17, 8.0 / 17, 1.0 / 17});
}

TEST(Sampler, SeedDecides) {
  const std::vector<float> logits(50, 0.0f);
  const auto draw = [&](std::uint64_t seed) {
    Sampler sampler({.temperature = 1.0f, .seed = seed}, 50);
    std::vector<int> tokens;
    for (int i = 0; i < 20; ++i) tokens.push_back(sampler.Choose(logits));
    return tokens;
  };
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
}

// 20 draws among 50 tokens are equal with probability 1 / 50^20.
TEST(Sampler, WithoutASeedEachHasANewOne) {
  const std::vector<float> logits(50, 0.0f);
  const auto draw = [&](Sampler& sampler) {
    std::vector<int> tokens;
    for (int i = 0; i < 20; ++i) tokens.push_back(sampler.Choose(logits));
    return tokens;
  };
  Sampler first({.temperature = 1.0f}, 50);
  Sampler second({.temperature = 1.0f}, 50);
  const std::vector<int> tokens = draw(first);
  EXPECT_NE(tokens, draw(second));
  ASSERT_TRUE(first.seed());
  EXPECT_LT(*first.seed(), std::uint64_t{1} << 32);
  Sampler again({.temperature = 1.0f, .seed = first.seed()}, 50);
  EXPECT_EQ(draw(again), tokens);
}

TEST(Sampler, GreedyOnesHaveNoSeed) {
  EXPECT_FALSE(Sampler({}, 2).seed());
  EXPECT_FALSE(Sampler({.seed = 5}, 2).seed());
}

TEST(DecodeOptions, DefaultsAreValid) { EXPECT_FALSE(Validate(DecodeOptions())); }

TEST(DecodeOptions, EachFieldIsChecked) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto message = [](const DecodeOptions& options) {
    const MaybeError error = Validate(options);
    return error ? error->message : "accepted";
  };
  EXPECT_EQ(message({.max_tokens = 0}), "options: max_tokens: expected at least 1, found 0");
  EXPECT_EQ(message({.temperature = -0.5f}), "options: temperature: expected 0 to 100, found -0.5");
  EXPECT_THAT(message({.temperature = nan}), HasSubstr("temperature"));
  EXPECT_THAT(message({.repetition_penalty = 0}), HasSubstr("repetition_penalty"));
  EXPECT_EQ(message({.presence_penalty = 2.5f}),
            "options: presence_penalty: expected -2 to 2, found 2.5");
  EXPECT_THAT(message({.presence_penalty = nan}), HasSubstr("presence_penalty"));
  EXPECT_THAT(message({.frequency_penalty = -3}), HasSubstr("frequency_penalty"));
  EXPECT_THAT(message({.min_tokens = -1}), HasSubstr("min_tokens"));
  EXPECT_EQ(message({.logit_bias = {{1, -100.5f}}}),
            "options: logit_bias: expected -100 to 100, found -100.5");
  EXPECT_THAT(message({.logit_bias = {{1, nan}}}), HasSubstr("logit_bias"));
  EXPECT_THAT(message({.logit_bias = std::vector<TokenBias>(1025)}), HasSubstr("at most 1024"));
  EXPECT_EQ(message({.logit_bias = {{1, -std::numeric_limits<float>::infinity()}}}), "accepted");
  EXPECT_THAT(message({.alternatives = 21}), HasSubstr("alternatives"));
  EXPECT_THAT(message({.alternatives = -1}), HasSubstr("alternatives"));
  EXPECT_THAT(message({.penalty_window = -1}), HasSubstr("penalty_window"));
  EXPECT_THAT(message({.top_k = -1}), HasSubstr("top_k"));
  EXPECT_THAT(message({.top_p = -0.1f}), HasSubstr("top_p"));
  EXPECT_THAT(message({.top_p = nan}), HasSubstr("top_p"));
  EXPECT_THAT(message({.min_p = 1.5f}), HasSubstr("min_p"));
  EXPECT_THAT(message({.stop = {""}}), HasSubstr("stop"));
  EXPECT_THAT(message({.stop = {"\xFF"}}), HasSubstr("UTF-8"));
  EXPECT_THAT(message({.stop = std::vector<std::string>(17, "x")}), HasSubstr("at most 16"));
}

}  // namespace
}  // namespace edgevlm
