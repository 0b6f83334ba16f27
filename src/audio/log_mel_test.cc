#include "audio/log_mel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <random>

#include "audio/sound_reader.h"
#include "audio/testing/sounds.h"
#include "base/testing/golden_files.h"

namespace edgevlm {
namespace {

std::vector<float> GoldenSound() {
  const MappedFile file = OpenGolden("families/sound.wav");
  auto reader = SoundReader::Open(file.bytes());
  CHECK(reader.ok());
  std::vector<float> samples;
  CHECK(reader->Read(1 << 20, samples).ok());
  return samples;
}

TEST(Fourier, IsTheSumOfItsDefinition) {
  std::mt19937 random(1);
  Fourier::Sequence x, scratch;
  std::vector<std::complex<double>> values(Fourier::kSize * Fourier::kLanes);
  for (std::size_t n = 0; n < Fourier::kSize; ++n) {
    for (std::size_t lane = 0; lane < Fourier::kLanes; ++lane) {
      x[n].real[lane] = static_cast<double>(random()) * 0x1p-32;
      x[n].imaginary[lane] = static_cast<double>(random()) * 0x1p-32;
      values[n * Fourier::kLanes + lane] = {x[n].real[lane], x[n].imaginary[lane]};
    }
  }
  Fourier().Transform(x, scratch);
  for (std::size_t k = 0; k < Fourier::kSize; ++k) {
    for (std::size_t lane = 0; lane < Fourier::kLanes; ++lane) {
      std::complex<double> sum;
      for (std::size_t n = 0; n < Fourier::kSize; ++n) {
        const double angle =
            -2 * std::numbers::pi * static_cast<double>(k * n % Fourier::kSize) / Fourier::kSize;
        sum += values[n * Fourier::kLanes + lane] * std::polar(1.0, angle);
      }
      // 400 values of at most 1.5, each rounded.
      ASSERT_NEAR(x[k].real[lane], sum.real(), 600 * 4 * 2.3e-16) << k;
      ASSERT_NEAR(x[k].imaginary[lane], sum.imag(), 600 * 4 * 2.3e-16) << k;
    }
  }
}

// The first 400 frames of the sound, padded to 30 s, as openai/whisper computes them.
TEST(LogMel, IsWhispers) {
  const std::vector<float> expected = GoldenFloats("families/whisper.mel.f32");  // [80, 400]
  constexpr int kBands = 80, kFrames = 3000, kShown = 400;
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    std::vector<float> values(kFrames * kBands);
    const View<float> mel(values.data(), kFrames, kBands);
    LogMel(kBands).OfWindow(GoldenSound(), mel, pool);
    double worst = 0;
    for (int band = 0; band < kBands; ++band) {
      for (int t = 0; t < kShown; ++t) {
        const auto at = static_cast<std::size_t>(band * kShown + t);
        worst = std::max(worst, std::fabs(double{mel.Row(t).data()[band]} - expected[at]));
      }
    }
    EXPECT_LT(worst, 1e-4);
  }
}

// Of a sound as long as it is, only the frames at the end differ: they see it mirrored.
TEST(LogMel, OfAWholeSoundEndsMirrored) {
  ThreadPool pool(1);
  std::vector<float> samples = GoldenSound();
  samples.resize(samples.size() / kMelHop * kMelHop);
  const int frames = static_cast<int>(samples.size()) / kMelHop;
  std::vector<float> whole(static_cast<std::size_t>(frames) * 80), window = whole;
  const LogMel log_mel(80);
  log_mel.OfWhole(samples, View<float>(whole.data(), frames, 80), pool);
  log_mel.OfWindow(samples, View<float>(window.data(), frames, 80), pool);
  const auto inner = static_cast<std::ptrdiff_t>(frames - 1) * 80;
  EXPECT_TRUE(std::equal(whole.begin(), whole.begin() + inner, window.begin()));
  EXPECT_FALSE(std::equal(whole.begin(), whole.end(), window.begin()));
}

// A sine is loudest in the band around it, and silence is the floor.
TEST(LogMel, FindsASine) {
  ThreadPool pool(1);
  std::vector<float> values(100 * 80);
  const View<float> mel(values.data(), 100, 80);
  LogMel(80).OfWindow(Sine(1000, 16'000, 0.5), mel, pool);
  const auto row = mel.Row(20);
  const auto loudest = std::ranges::max_element(row) - row.begin();
  // Slaney's scale has 15 mel at 1 kHz and 45.245 at 8 kHz: band 15 / 45.245 * 81 - 1.
  EXPECT_NEAR(static_cast<double>(loudest), 25.85, 1);
  EXPECT_FLOAT_EQ(std::ranges::max(mel.Row(99)), row[static_cast<std::size_t>(loudest)] - 2);
}

TEST(LogMel, OfSilenceIsTheFloor) {
  ThreadPool pool(1);
  std::vector<float> values(3 * 80);
  const View<float> mel(values.data(), 3, 80);
  LogMel(80).OfWindow({}, mel, pool);
  for (const float value : values) EXPECT_FLOAT_EQ(value, (-10 + 4) / 4.0f);
}

}  // namespace
}  // namespace edgevlm
