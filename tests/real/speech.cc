#include "real/speech.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <random>
#include <span>

namespace edgevlm {
namespace {

constexpr double kTau = 2 * std::numbers::pi;

// The first three formants of a vowel, in Hz (Peterson and Barney 1952, men).
using Formants = std::array<double, 3>;
constexpr std::array<Formants, 6> kVowels = {{{730, 1090, 2440},
                                              {270, 2290, 3010},
                                              {300, 870, 2240},
                                              {530, 1840, 2480},
                                              {570, 840, 2410},
                                              {640, 1190, 2390}}};
constexpr Formants kBandwidths = {60, 90, 150};  // in Hz

// A second-order filter with one resonance (Klatt 1980).
class Resonator {
 public:
  double Filter(double input, double frequency, double bandwidth) {
    const double radius = std::exp(-std::numbers::pi * bandwidth / kSampleRate);
    const double first = 2 * radius * std::cos(kTau * frequency / kSampleRate);
    const double second = -radius * radius;
    const double output = (1 - first - second) * input + first * last_ + second * before_last_;
    before_last_ = last_;
    last_ = output;
    return output;
  }

 private:
  double last_ = 0;
  double before_last_ = 0;
};

// A voice, sample by sample.
class Voice {
 public:
  // In [-1, 1); the same with every standard library, unlike its distributions.
  double Noise() { return static_cast<double>(random_()) * 0x1p-31 - 1; }

  // A glottal pulse each period of `pitch` (in Hz), with the falling spectrum of real ones.
  double Glottis(double pitch) {
    phase_ += pitch / kSampleRate;
    const double pulse = phase_ >= 1 ? 1 : 0;
    phase_ -= std::floor(phase_);
    tilted_ = 0.9 * tilted_ + pulse;
    return tilted_ + 0.01 * Noise();
  }

  double Vowel(double source, const Formants& formants) {
    for (std::size_t i = 0; i < formants.size(); ++i) {
      source = tract_[i].Filter(source, formants[i], kBandwidths[i]);
    }
    return source;
  }

  // A fricative like s or f.
  double Consonant(double frequency) { return fricative_.Filter(Noise(), frequency, 1500); }

  std::size_t Pick(std::size_t count) { return random_() % count; }

 private:
  std::mt19937 random_{20};
  double phase_ = 0;
  double tilted_ = 0;
  std::array<Resonator, 3> tract_;
  Resonator fricative_;
};

// 0 at both ends of [0, 1], 1 in the middle.
double Rise(double at) { return std::sin(std::numbers::pi * std::clamp(at, 0.0, 1.0)); }

constexpr int kConsonantSamples = kSampleRate * 7 / 100;
constexpr int kVowelSamples = kSampleRate * 17 / 100;
constexpr int kPauseSamples = kSampleRate * 22 / 100;
constexpr double kSeconds = 5.1;

// A consonant and a vowel that moves from one vowel's formants to another's.
void AddSyllable(Voice& voice, double pitch, std::vector<float>& samples) {
  const double friction = voice.Pick(2) == 0 ? 2500 : 5500;
  const double loudness = 0.5 + 0.1 * static_cast<double>(voice.Pick(6));
  for (int i = 0; i < kConsonantSamples; ++i) {
    const double shape = Rise(static_cast<double>(i) / kConsonantSamples);
    samples.push_back(static_cast<float>(0.3 * shape * voice.Consonant(friction)));
  }
  const Formants& from = kVowels[voice.Pick(kVowels.size())];
  const Formants& to = kVowels[voice.Pick(kVowels.size())];
  for (int i = 0; i < kVowelSamples; ++i) {
    const double at = static_cast<double>(i) / kVowelSamples;
    Formants formants;
    for (std::size_t f = 0; f < formants.size(); ++f) formants[f] = std::lerp(from[f], to[f], at);
    const double source = voice.Glottis(pitch * (1.05 - 0.1 * at));
    samples.push_back(static_cast<float>(loudness * Rise(at) * voice.Vowel(source, formants)));
  }
}

void ScaleToPeak(double peak, std::vector<float>& samples) {
  float largest = 0;
  for (const float sample : samples) largest = std::max(largest, std::fabs(sample));
  for (float& sample : samples) sample *= static_cast<float>(peak) / largest;
}

constexpr int kWindow = kSampleRate / 40;  // samples
constexpr int kHop = kSampleRate / 100;
constexpr int kBins = kWindow / 2 + 1;

// Slaney's mel scale: linear up to 1 kHz, logarithmic above.
double MelOf(double hertz) {
  return hertz < 1000 ? hertz * 3 / 200 : 15 + std::log(hertz / 1000) * 27 / std::log(6.4);
}
double HertzOf(double mel) {
  return mel < 15 ? mel * 200 / 3 : 1000 * std::exp((mel - 15) * std::log(6.4) / 27);
}

// [kMelBands, kBins]: triangles whose corners are evenly spaced in mel, of equal area.
std::vector<double> MelFilters() {
  std::vector<double> filters;
  const double step = MelOf(kSampleRate / 2.0) / (kMelBands + 1);
  for (int band = 0; band < kMelBands; ++band) {
    const double low = HertzOf(band * step), middle = HertzOf((band + 1) * step),
                 high = HertzOf((band + 2) * step);
    for (int bin = 0; bin < kBins; ++bin) {
      const double hertz = static_cast<double>(bin) * kSampleRate / kWindow;
      const double height =
          std::min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      filters.push_back(std::max(0.0, height) * 2 / (high - low));
    }
  }
  return filters;
}

// [kBins]: |Fourier transform|^2 of kWindow samples under Hann's window.
std::vector<double> PowerSpectrum(std::span<const float> samples) {
  static const std::vector<double> kCosines = [] {
    std::vector<double> cosines;
    for (int i = 0; i < kWindow; ++i) cosines.push_back(std::cos(kTau * i / kWindow));
    return cosines;
  }();
  std::vector<double> power;
  for (int bin = 0; bin < kBins; ++bin) {
    double real = 0, imaginary = 0;
    for (int i = 0; i < kWindow; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const auto angle = static_cast<std::size_t>(bin * i % kWindow);
      const auto quarter_later = (angle + kWindow / 4) % kWindow;  // -sin(a) = cos(a + tau / 4)
      const double value = double{samples[at]} * (0.5 - 0.5 * kCosines[at]);
      real += value * kCosines[angle];
      imaginary += value * kCosines[quarter_later];
    }
    power.push_back(real * real + imaginary * imaginary);
  }
  return power;
}

// The samples with half a window before them, mirrored, and silence after them.
std::vector<float> Padded(const std::vector<float>& samples) {
  std::vector<float> padded(kWindow / 2 + kMelFrames * kHop + kWindow / 2);
  std::ranges::copy(samples, padded.begin() + kWindow / 2);
  for (std::size_t i = 0; i < kWindow / 2; ++i) padded[kWindow / 2 - 1 - i] = samples[i + 1];
  return padded;
}

}  // namespace

std::vector<float> SyntheticSpeech() {
  Voice voice;
  std::vector<float> samples;
  while (static_cast<double>(samples.size()) < kSeconds * kSampleRate) {
    const double fall = static_cast<double>(samples.size()) / (kSeconds * kSampleRate);
    for (std::size_t syllables = 2 + voice.Pick(3); syllables > 0; --syllables) {
      AddSyllable(voice, 140 - 40 * fall + static_cast<double>(voice.Pick(15)), samples);
    }
    samples.resize(samples.size() + kPauseSamples);
  }
  ScaleToPeak(0.5, samples);
  for (float& sample : samples) sample += static_cast<float>(0.001 * voice.Noise());
  return samples;
}

std::vector<float> LogMel(const std::vector<float>& samples) {
  const std::vector<double> filters = MelFilters();
  const std::vector<float> padded = Padded(samples);
  std::vector<float> mel;
  for (int frame = 0; frame < kMelFrames; ++frame) {
    const auto window = std::span(padded).subspan(static_cast<std::size_t>(frame * kHop), kWindow);
    const bool is_silent = std::ranges::all_of(window, [](float v) { return v == 0; });
    const std::vector<double> power =
        is_silent ? std::vector<double>(kBins) : PowerSpectrum(window);
    for (auto filter = filters.begin(); filter != filters.end(); filter += kBins) {
      const double sum = std::inner_product(power.begin(), power.end(), filter, 0.0);
      mel.push_back(static_cast<float>(std::log10(std::max(sum, 1e-10))));
    }
  }
  const float least = *std::ranges::max_element(mel) - 8;
  for (float& value : mel) value = (std::max(value, least) + 4) / 4;
  return mel;
}

}  // namespace edgevlm
