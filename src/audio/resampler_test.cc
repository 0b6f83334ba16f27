#include "audio/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "audio/testing/sounds.h"

namespace edgevlm {
namespace {

constexpr int kRates[] = {1000, 8000, 11'025, 22'050, 44'100, 48'000, 192'000, 768'000};
constexpr int kToRate = 16'000;
constexpr double kSeconds = 2;

std::vector<float> Resampled(std::span<const float> in, int rate, std::size_t block) {
  Resampler resampler(rate, kToRate);
  std::vector<float> out;
  for (; in.size() > block; in = in.subspan(block)) resampler.Resample(in.first(block), false, out);
  resampler.Resample(in, true, out);
  return out;
}

// The largest difference, but at the ends, where the sine begins and stops abruptly.
float LargestError(std::span<const float> found, std::span<const float> expected) {
  float largest = 0;
  for (std::size_t i = 8000; i < 24'000; ++i) {
    largest = std::max(largest, std::fabs(found[i] - expected[i]));
  }
  return largest;
}

TEST(Resampler, KeepsTheBandInItsPlace) {
  for (const int rate : kRates) {
    const double half_rate = std::min(rate, kToRate) / 2.0;
    for (const double part : {0.05, 0.5, 0.9}) {
      const double hertz = part * half_rate;
      const auto found = Resampled(Sine(hertz, rate, kSeconds), rate, 4096);
      ASSERT_EQ(found.size(), static_cast<std::size_t>(2 * kToRate)) << rate;
      // The filter of this quality may be off by 0.01 dB, a thousandth.
      EXPECT_LE(LargestError(found, Sine(hertz, kToRate, kSeconds)), 0.5f * 2e-3f)
          << rate << " " << hertz;
    }
  }
}

TEST(Resampler, DropsWhatIsAboveTheBand) {
  for (const int rate : {22'050, 44'100, 48'000}) {
    const auto found = Resampled(Sine(8300, rate, kSeconds), rate, 4096);
    EXPECT_LE(LargestError(found, Sine(0, kToRate, kSeconds)), 1e-5f) << rate;
  }
}

TEST(Resampler, BlocksDoNotMatter) {
  const std::vector<float> sine = Sine(1000, 22'050, kSeconds);
  const auto whole = Resampled(sine, 22'050, sine.size());
  for (const std::size_t block : {1UL, 7UL, 1000UL, 44'099UL}) {
    EXPECT_EQ(Resampled(sine, 22'050, block), whole) << block;
  }
}

TEST(Resampler, ShortSoundsKeepTheirLength) {
  const float samples[] = {0.5f, -0.5f, 0.25f};
  EXPECT_EQ(Resampled({samples, 3}, 48'000, 3).size(), 1U);
  EXPECT_EQ(Resampled({samples, 1}, 8'000, 3).size(), 2U);
  EXPECT_TRUE(Resampled({}, 8'000, 3).empty());
}

}  // namespace
}  // namespace edgevlm
