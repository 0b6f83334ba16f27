// AnyFigure (instruments.h).
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "base/check.h"
#include "train/scenes/colors.h"
#include "train/scenes/instruments.h"
#include "train/scenes/random.h"

namespace edgevlm::train {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;
constexpr float kDarkFraction = 0.25f;  // of the dials and charts with light marks on a dark ground

struct Scheme {
  Rgb ground;
  Rgb ink;
};

Scheme AnyScheme(std::mt19937_64& rng) {
  const Rgb light = FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.15f), Uniform(rng, 0.85f, 1));
  const Rgb dark = FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.5f), Uniform(rng, 0, 0.25f));
  return Bernoulli(rng, kDarkFraction) ? Scheme{dark, light} : Scheme{light, dark};
}

Rgb AnyStrongColor(std::mt19937_64& rng) {
  return FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0.6f, 1), Uniform(rng, 0.5f, 0.95f));
}

// angle: clockwise from the top.
Point OnCircle(Point center, float angle, float radius) {
  return {center.x + radius * std::sin(angle), center.y - radius * std::cos(angle)};
}

void AddStroke(Point from, Point to, float width, Rgb color, Figure& figure) {
  figure.parts.push_back({FigurePart::Form::kStroke, from, to, 0.5f * width, color});
}

void AddDisc(Point center, float radius, Rgb color, Figure& figure) {
  figure.parts.push_back({FigurePart::Form::kStroke, center, center, radius, color});
}

// Without fonts the figure keeps no labels.
void ChooseFont(const std::vector<DigitGlyphs>& fonts, Figure& figure, std::mt19937_64& rng) {
  if (fonts.empty()) {
    figure.labels.clear();
    return;
  }
  figure.font = &fonts[static_cast<std::size_t>(UniformInt(rng, static_cast<int>(fonts.size())))];
}

// The body: a disc or a box, with a rim.
void AddCase(bool is_round, Rgb ground, Figure& figure, std::mt19937_64& rng) {
  const Rgb rim =
      Bernoulli(rng, 0.5f) ? AnyStrongColor(rng) : FromHsv(0, 0, Uniform(rng, 0.1f, 0.8f));
  const float width = Uniform(rng, 0.03f, 0.14f);
  const float height = figure.height_ratio;
  if (is_round) {
    figure.body = {FigurePart::Form::kStroke, {0, 0}, {0, 0}, 0.98f, rim};
    AddDisc({0, 0}, 0.98f - width, ground, figure);
    return;
  }
  const float corner = Uniform(rng, 0.02f, 0.3f) * height;
  figure.body = {
      FigurePart::Form::kBox, {-0.98f, -0.98f * height}, {0.98f, 0.98f * height}, corner, rim};
  FigurePart face = figure.body;
  face.from = {face.from.x + width, face.from.y + width};
  face.to = {face.to.x - width, face.to.y - width};
  face.radius = std::max(corner - width, 0.0f);
  face.color = ground;
  figure.parts.push_back(face);
}

void AddClockMarks(Rgb ink, Figure& figure, std::mt19937_64& rng) {
  constexpr std::array<float, 4> kWeights = {1, 2, 4, 2};  // none, 4, 12, 12 and 60 marks
  const int kind = Weighted(rng, kWeights);
  const float length = Uniform(rng, 0.06f, 0.16f), width = Uniform(rng, 0.02f, 0.06f);
  for (int minute = 0; kind > 0 && minute < 60; minute += kind == 3 ? 1 : kind == 2 ? 5 : 15) {
    const bool is_hour = minute % 5 == 0;
    const float angle = kTurn * static_cast<float>(minute) / 60;
    AddStroke(OnCircle({0, 0}, angle, 0.82f),
              OnCircle({0, 0}, angle, 0.82f - (is_hour ? length : 0.03f)), is_hour ? width : 0.012f,
              ink, figure);
  }
  const float fate = Uniform(rng, 0, 1);
  if (fate < 0.5f) return;
  const float height = Uniform(rng, 0.18f, 0.28f);
  for (int hour = 1; hour <= 12; ++hour) {
    if (fate < 0.65f && hour % 3 != 0) continue;
    const float angle = kTurn * static_cast<float>(hour) / 12;
    figure.labels.push_back(
        {std::to_string(hour), OnCircle({0, 0}, angle, kind == 0 ? 0.76f : 0.6f), height, ink});
  }
}

Figure ClockFigure(const std::string& time, const std::vector<DigitGlyphs>& fonts,
                   std::mt19937_64& rng) {
  const Scheme scheme = AnyScheme(rng);
  Figure figure;
  AddCase(Bernoulli(rng, 0.8f), scheme.ground, figure, rng);
  AddClockMarks(scheme.ink, figure, rng);
  ChooseFont(fonts, figure, rng);
  const auto minutes = static_cast<float>(MinutesOf(time));
  const Rgb hands = Bernoulli(rng, 0.25f) ? AnyStrongColor(rng) : scheme.ink;
  const float width = Uniform(rng, 0.05f, 0.11f);
  const float long_hand = Uniform(rng, 0.66f, 0.82f);
  const float tail = Bernoulli(rng, 0.4f) ? Uniform(rng, 0.05f, 0.18f) : 0;
  const auto add_hand = [&](float turns, float length, float hand_width, Rgb color) {
    AddStroke(OnCircle({0, 0}, kTurn * turns, -tail), OnCircle({0, 0}, kTurn * turns, length),
              hand_width, color, figure);
  };
  add_hand(minutes / 720, long_hand * Uniform(rng, 0.52f, 0.68f), width * Uniform(rng, 1.1f, 1.6f),
           hands);
  add_hand(minutes / 60, long_hand, width, hands);
  if (Bernoulli(rng, 0.3f)) {
    add_hand(Uniform(rng, 0, 1), Uniform(rng, 0.7f, 0.85f), 0.02f, AnyStrongColor(rng));
  }
  if (Bernoulli(rng, 0.7f)) AddDisc({0, 0}, Uniform(rng, 0.05f, 0.1f), hands, figure);
  return figure;
}

// Where a gauge's scale lies.
struct Dial {
  Point center;
  float radius;
  float first;  // angle of zero, in turns clockwise from the top
  float sweep;  // turns to the end

  float AngleOf(float value) const { return kTurn * (first + sweep * value / 100); }
};

Dial AnyDial(bool is_round, float height_ratio, std::mt19937_64& rng) {
  if (!is_round) {
    return {{0, 0.62f * height_ratio}, 0.74f, -0.25f, 0.5f};  // half a circle in a low case
  }
  const float half = Uniform(rng, 0.32f, 0.4f);
  return {{0, 0}, 0.82f, -half, 2 * half};
}

// Green, yellow and red along the scale, or in the other direction.
void AddZones(const Dial& dial, Figure& figure, std::mt19937_64& rng) {
  const float first = Uniform(rng, 40, 65), second = Uniform(rng, 70, 88);
  const bool is_reversed = Bernoulli(rng, 0.25f);
  const float width = Uniform(rng, 0.06f, 0.14f);
  constexpr std::array kZones = {Color::kGreen, Color::kYellow, Color::kRed};
  const std::array<Rgb, 3> shades = {ShadeOf(kZones[0], rng), ShadeOf(kZones[1], rng),
                                     ShadeOf(kZones[2], rng)};
  constexpr float kStep = 2.5f;
  for (float value = 0; value < 100; value += kStep) {
    const float at = is_reversed ? 100 - kStep - value : value;
    const std::size_t zone = at < first ? 0 : at < second ? 1 : 2;
    AddStroke(OnCircle(dial.center, dial.AngleOf(value), dial.radius - 0.5f * width),
              OnCircle(dial.center, dial.AngleOf(value + kStep), dial.radius - 0.5f * width), width,
              shades[zone], figure);
  }
}

void AddGaugeMarks(const Dial& dial, Rgb ink, Figure& figure, std::mt19937_64& rng) {
  const float length = Uniform(rng, 0.08f, 0.18f), width = Uniform(rng, 0.02f, 0.05f);
  const int fine = Bernoulli(rng, 0.4f) ? 5 : 10;
  for (int value = 0; value <= 100; value += fine) {
    const bool is_ten = value % 10 == 0;
    const float angle = dial.AngleOf(static_cast<float>(value));
    AddStroke(OnCircle(dial.center, angle, dial.radius),
              OnCircle(dial.center, angle, dial.radius - (is_ten ? length : 0.5f * length)),
              is_ten ? width : 0.5f * width, ink, figure);
  }
  constexpr std::array<int, 4> kLabelSteps = {0, 100, 50, 20};
  const int step = kLabelSteps[static_cast<std::size_t>(UniformInt(rng, 4))];
  const float height = Uniform(rng, 0.13f, 0.19f);
  for (int value = 0; step > 0 && value <= 100; value += step) {
    figure.labels.push_back({std::to_string(value),
                             OnCircle(dial.center, dial.AngleOf(static_cast<float>(value)),
                                      dial.radius - length - 0.75f * height),
                             height, ink});
  }
}

Figure GaugeFigure(const std::string& reading, float height_ratio,
                   const std::vector<DigitGlyphs>& fonts, std::mt19937_64& rng) {
  const Scheme scheme = AnyScheme(rng);
  Figure figure{.height_ratio = height_ratio};
  const bool is_round = height_ratio > 0.9f;
  AddCase(is_round, scheme.ground, figure, rng);
  const Dial dial = AnyDial(is_round, height_ratio, rng);
  if (Bernoulli(rng, 0.4f)) AddZones(dial, figure, rng);
  AddGaugeMarks(dial, scheme.ink, figure, rng);
  ChooseFont(fonts, figure, rng);
  int value = 0;
  std::from_chars(reading.data(), reading.data() + reading.size(), value);
  const Rgb needle = Bernoulli(rng, 0.6f) ? ShadeOf(Color::kRed, rng) : scheme.ink;
  const float angle = dial.AngleOf(static_cast<float>(value) + Uniform(rng, -1.5f, 1.5f));
  AddStroke(OnCircle(dial.center, angle, -Uniform(rng, 0, 0.12f)),
            OnCircle(dial.center, angle, dial.radius * Uniform(rng, 0.72f, 0.95f)),
            Uniform(rng, 0.04f, 0.09f), needle, figure);
  AddDisc(dial.center, Uniform(rng, 0.06f, 0.13f), Bernoulli(rng, 0.5f) ? needle : scheme.ink,
          figure);
  return figure;
}

constexpr float kBarContrast = 60;

Rgb AnyBarColor(Rgb ground, std::mt19937_64& rng) {
  for (;;) {
    const Rgb color = AnyStrongColor(rng);
    if (Contrast(ground, color) >= kBarContrast) return color;
  }
}

Figure BarChartFigure(const std::string& heights, float height_ratio, Rgb shade,
                      std::mt19937_64& rng) {
  Scheme scheme = AnyScheme(rng);
  while (Contrast(scheme.ground, shade) < kBarContrast) scheme = AnyScheme(rng);
  Figure figure{.height_ratio = height_ratio};
  AddCase(false, scheme.ground, figure, rng);
  const float floor = 0.8f * height_ratio, top = -0.78f * height_ratio, side = 0.8f;
  if (Bernoulli(rng, 0.35f)) {
    for (int line = 1; line <= 4; ++line) {
      const float y = floor + (top - floor) * static_cast<float>(line) / 4;
      AddStroke({-side, y}, {side, y}, 0.012f, Mix(scheme.ground, scheme.ink, 0.35f), figure);
    }
  }
  const bool is_colorful = Bernoulli(rng, 0.3f);
  const float pitch = 2 * side / static_cast<float>(heights.size());
  const float half = pitch * Uniform(rng, 0.28f, 0.42f);
  for (std::size_t i = 0; i < heights.size(); ++i) {
    const float x = -side + pitch * (static_cast<float>(i) + 0.5f);
    const float y = floor + (top - floor) * static_cast<float>(heights[i] - '0') / 9;
    const Rgb color = is_colorful ? AnyBarColor(scheme.ground, rng) : shade;
    figure.parts.push_back({FigurePart::Form::kBox, {x - half, y}, {x + half, floor}, 0, color});
  }
  const float axis = Uniform(rng, 0.02f, 0.05f);
  AddStroke({-side - 0.03f, floor}, {side + 0.03f, floor}, axis, scheme.ink, figure);
  if (Bernoulli(rng, 0.6f)) {
    AddStroke({-side - 0.03f, floor}, {-side - 0.03f, top}, axis, scheme.ink, figure);
  }
  return figure;
}

Figure TrafficLightFigure(Color lit, float height_ratio, std::mt19937_64& rng) {
  constexpr std::array kLamps = {Color::kRed, Color::kYellow, Color::kGreen};
  const bool is_upright = height_ratio > 1;
  Figure figure{.height_ratio = height_ratio};
  const Rgb housing =
      Bernoulli(rng, 0.2f)
          ? FromHsv(Uniform(rng, 40, 55), 0.8f, Uniform(rng, 0.6f, 0.9f))
          : FromHsv(Uniform(rng, 0, 360), Uniform(rng, 0, 0.2f), Uniform(rng, 0.06f, 0.3f));
  const float shorter = std::min(1.0f, height_ratio), longer = std::max(1.0f, height_ratio);
  figure.body = {FigurePart::Form::kBox,
                 {-0.97f, -0.97f * height_ratio},
                 {0.97f, 0.97f * height_ratio},
                 shorter * Uniform(rng, 0.05f, 0.6f),
                 housing};
  const float radius = std::min(0.8f * shorter, 0.29f * longer) * Uniform(rng, 0.85f, 1);
  const float unlit = Uniform(rng, 0.08f, 0.28f);
  const float pitch = 0.61f * longer;
  for (std::size_t i = 0; i < kLamps.size(); ++i) {
    const Rgb shade = ShadeOf(kLamps[i], rng);
    const float brightest = std::max({shade.r, shade.g, shade.b});
    const bool is_lit = kLamps[i] == lit;
    const Rgb color = is_lit ? Scale(shade, std::max(1.0f, 245 / brightest)) : Scale(shade, unlit);
    const float offset = pitch * (static_cast<float>(i) - 1);
    const Point center = is_upright ? Point{0, offset} : Point{offset, 0};
    AddDisc(center, radius * 1.12f, Scale(housing, 0.5f), figure);
    AddDisc(center, radius, color, figure);
    if (is_lit && Bernoulli(rng, 0.4f)) {
      AddDisc({center.x, center.y - 0.2f * radius}, 0.35f * radius,
              Mix(color, {255, 255, 255}, 0.4f), figure);
    }
  }
  return figure;
}

}  // namespace

Figure AnyFigure(const Thing& thing, float height_ratio, Rgb shade,
                 const std::vector<DigitGlyphs>& fonts, std::mt19937_64& rng) {
  switch (InstrumentNamed(thing.name)) {
    case Instrument::kClock:
      return ClockFigure(thing.reading, fonts, rng);
    case Instrument::kGauge:
      return GaugeFigure(thing.reading, height_ratio, fonts, rng);
    case Instrument::kBarChart:
      return BarChartFigure(thing.reading, height_ratio, shade, rng);
    case Instrument::kTrafficLight:
      return TrafficLightFigure(thing.color, height_ratio, rng);
  }
  CHECK(false);
}

}  // namespace edgevlm::train
