#include "train/scenes/instruments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "train/scenes/random.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

std::string AnyTime(std::mt19937_64& rng) {
  constexpr std::array kMinutes = {":00", ":15", ":30", ":45"};
  constexpr std::array<float, 4> kWeights = {4, 2, 3, 2};
  const int hour = 1 + UniformInt(rng, 12);
  return std::to_string(hour) + kMinutes[static_cast<std::size_t>(Weighted(rng, kWeights))];
}

std::string AnyBars(std::mt19937_64& rng) {
  for (;;) {
    std::string heights(static_cast<std::size_t>(2 + UniformInt(rng, 4)), '0');
    for (char& height : heights) height = static_cast<char>('1' + UniformInt(rng, 9));
    std::string sorted = heights;
    std::ranges::sort(sorted);
    const auto step = [&](std::size_t i) { return sorted[i] - sorted[i - 1]; };
    if (step(1) >= 2 && step(sorted.size() - 1) >= 2) return heights;
  }
}

// turns: clockwise from the top.
Point Direction(float turns) {
  const float angle = 2 * std::numbers::pi_v<float> * turns;
  return {std::sin(angle), -std::cos(angle)};
}

// The top of a bar, in a chart whose bars are 1.6 wide together, as they are drawn.
Point TopOf(const std::string& heights, std::string::const_iterator bar) {
  const float pitch = 1.6f / static_cast<float>(heights.size());
  return {-0.8f + pitch * (static_cast<float>(bar - heights.begin()) + 0.5f),
          0.8f - 1.6f * static_cast<float>(*bar - '0') / 9};
}

}  // namespace

int NameOf(Instrument instrument) {
  static const int kTrafficLightName = [] {
    const auto names = ThingNames();
    const auto found = std::ranges::find(names, U'\U0001F6A6', &ThingName::code_point);
    CHECK(found != names.end());
    return static_cast<int>(found - names.begin());
  }();
  if (instrument == Instrument::kTrafficLight) return kTrafficLightName;
  return FirstInstrument() + static_cast<int>(instrument);
}

Instrument InstrumentNamed(int name) {
  if (name < FirstInstrument()) return Instrument::kTrafficLight;
  return static_cast<Instrument>(name - FirstInstrument());
}

std::string AnyReading(Instrument instrument, std::mt19937_64& rng) {
  switch (instrument) {
    case Instrument::kClock:
      return AnyTime(rng);
    case Instrument::kGauge:
      return std::to_string(10 * UniformInt(rng, 11));
    case Instrument::kBarChart:
      return AnyBars(rng);
    case Instrument::kTrafficLight:
      return "";
  }
  CHECK(false);
}

Color AnyLamp(std::mt19937_64& rng) {
  constexpr std::array kLamps = {Color::kRed, Color::kYellow, Color::kGreen};
  return kLamps[static_cast<std::size_t>(UniformInt(rng, 3))];
}

int MinutesOf(const std::string& time) {
  const std::size_t colon = time.find(':');
  CHECK(colon != std::string::npos);
  int hours = 0, minutes = 0;
  std::from_chars(time.data(), time.data() + colon, hours);
  std::from_chars(time.data() + colon + 1, time.data() + time.size(), minutes);
  return hours % 12 * 60 + minutes;
}

std::array<Point, 2> PointersOf(const Thing& instrument) {
  const std::string& reading = instrument.reading;
  switch (InstrumentNamed(instrument.name)) {
    case Instrument::kClock: {
      const auto minutes = static_cast<float>(MinutesOf(reading));
      return {Direction(minutes / 720), Direction(minutes / 60)};
    }
    case Instrument::kGauge: {
      int tens = 0;
      std::from_chars(reading.data(), reading.data() + reading.size(), tens);
      const Point needle = Direction(-0.375f + 0.75f * static_cast<float>(tens) / 100);
      return {needle, needle};
    }
    case Instrument::kBarChart: {
      const auto [lowest, highest] = std::ranges::minmax_element(reading);
      return {TopOf(reading, highest), TopOf(reading, lowest)};
    }
    case Instrument::kTrafficLight:
      break;
  }
  CHECK(false);
}

}  // namespace edgevlm::train
