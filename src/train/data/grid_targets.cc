#include "train/data/grid_targets.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "train/scenes/display.h"
#include "train/scenes/instruments.h"
#include "train/text_templates/groups.h"

namespace edgevlm::train {
namespace {

using Corners = std::array<Point, 4>;

// Maps coordinates of the image to coordinates of the letterboxed input.
class InputMap {
 public:
  InputMap(const Letterbox& box, int input_size)
      : box_(box), input_size_(static_cast<float>(input_size)) {}

  Point operator()(const Point& p) const {
    return {(static_cast<float>(box_.left) + p.x * static_cast<float>(box_.width)) / input_size_,
            (static_cast<float>(box_.top) + p.y * static_cast<float>(box_.height)) / input_size_};
  }
  Corners operator()(Corners corners) const {
    for (Point& corner : corners) corner = (*this)(corner);
    return corners;
  }

 private:
  Letterbox box_;
  float input_size_;
};

// Whether p lies in the convex quadrilateral or on its outline; false if it has no area.
bool Covers(const Corners& corners, const Point& p) {
  bool left = false;
  bool right = false;
  for (std::size_t i = 0; i < 4; ++i) {
    const Point& a = corners[i];
    const Point& b = corners[(i + 1) % 4];
    const float side = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
    left = left || side < 0;
    right = right || side > 0;
  }
  return left != right;
}

int CellOf(float coordinate, int grid) {
  return std::clamp(static_cast<int>(coordinate * static_cast<float>(grid)), 0, grid - 1);
}

std::size_t CellOf(const Point& p, int grid) {
  return static_cast<std::size_t>(CellOf(p.y, grid) * grid + CellOf(p.x, grid));
}

// Writes `index`, the index of the thing, into owners for every cell that it covers.
void MarkCover(const Thing& thing, int index, bool nameless, const Corners& corners, int grid,
               GridTargets& targets, std::vector<int>& owners) {
  const bool is_named = thing.kind == ThingKind::kShape || thing.kind == ThingKind::kDisplay;
  const bool colored = IsTrafficLight(thing) || (is_named && !nameless);
  for (int y = 0; y < grid; ++y) {
    for (int x = 0; x < grid; ++x) {
      const Point middle = {(static_cast<float>(x) + 0.5f) / static_cast<float>(grid),
                            (static_cast<float>(y) + 0.5f) / static_cast<float>(grid)};
      if (!Covers(corners, middle)) continue;
      const auto cell = static_cast<std::size_t>(y * grid + x);
      owners[cell] = index;
      targets.cover[cell] = 1 + thing.name;
      targets.color[cell] = colored ? static_cast<std::int64_t>(thing.color) : -1;
    }
  }
}

void MarkCenter(const Corners& corners, int grid, GridTargets& targets) {
  Thing placed;
  placed.corners = corners;
  const Point center = placed.Center();
  const auto [left, right] = std::minmax_element(
      corners.begin(), corners.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
  const auto [top, bottom] = std::minmax_element(
      corners.begin(), corners.end(), [](const Point& a, const Point& b) { return a.y < b.y; });
  const std::size_t cell = CellOf(center, grid);
  const auto side = static_cast<float>(grid);
  targets.center[cell] = 1.0f;
  float* box = targets.box.data() + cell * 4;
  box[0] = center.x * side - static_cast<float>(CellOf(center.x, grid));
  box[1] = center.y * side - static_cast<float>(CellOf(center.y, grid));
  box[2] = right->x - left->x;
  box[3] = bottom->y - top->y;
}

void MarkDigits(const Thing& thing, const InputMap& to_input, int grid, GridTargets& targets) {
  if (thing.kind == ThingKind::kDisplay) {
    const std::vector<Point> centers = DigitCenters(thing);
    for (std::size_t i = 0; i < centers.size(); ++i) {
      std::int64_t& target = targets.digit[CellOf(to_input(centers[i]), grid)];
      target = target == 0 ? 1 + (thing.reading[i] - '0') : -1;
    }
  }
  if (thing.kind == ThingKind::kInstrument && !thing.reading.empty()) {
    const std::optional<int> shown = ShownDigit(thing);
    targets.digit[CellOf(to_input(thing.Center()), grid)] = shown ? 1 + *shown : -1;
  }
}

// Of the cells whose owner is `index`, the index of the thing.
void MarkPointers(const Thing& thing, int index, const std::vector<int>& owners,
                  GridTargets& targets) {
  if (thing.kind != ThingKind::kInstrument || thing.reading.empty()) return;
  const auto [first, second] = PointersOf(thing);
  for (std::size_t cell = 0; cell < owners.size(); ++cell) {
    if (owners[cell] != index) continue;
    const std::array<float, 4> values = {first.x, first.y, second.x, second.y};
    std::ranges::copy(values, targets.pointers.data() + cell * 4);
  }
}

// owners, index: as in MarkPointers.
void MarkReading(const Thing& thing, int index, const std::vector<int>& owners,
                 const InputMap& to_input, int grid, GridTargets& targets) {
  if (thing.kind != ThingKind::kDisplay) return;
  std::array<std::int64_t, kMaxDigits> digits = {};
  CHECK(thing.reading.size() <= digits.size());
  std::ranges::transform(thing.reading, digits.begin(), [](char digit) { return 1 + digit - '0'; });
  const auto mark = [&](std::size_t cell) {
    std::ranges::copy(digits, targets.reading.data() + cell * kMaxDigits);
  };
  for (const Point& center : DigitCenters(thing)) mark(CellOf(to_input(center), grid));
  for (std::size_t cell = 0; cell < owners.size(); ++cell) {
    if (owners[cell] == index) mark(cell);
  }
}

// owners [P]: index of the thing that covers the cell, else -1.
void MarkNumbers(const Scene& scene, const std::vector<int>& owners, GridTargets& targets) {
  std::vector<Description> kinds;
  for (const Thing& thing : scene.things) kinds.push_back(Describe(thing));
  std::vector<bool> seen(kinds.size(), false);
  for (std::size_t cell = 0; cell < owners.size(); ++cell) {
    if (owners[cell] < 0) continue;
    const auto owner = static_cast<std::size_t>(owners[cell]);
    seen[owner] = true;
    for (std::size_t other = 0; other < kinds.size(); ++other) {
      if (seen[other] && kinds[other] == kinds[owner]) ++targets.number[cell];
    }
  }
}

}  // namespace

std::optional<int> ShownDigit(const Thing& instrument) {
  int shown = 10;
  switch (InstrumentNamed(instrument.name)) {
    case Instrument::kClock:
      shown = MinutesOf(instrument.reading) / 60;
      break;
    case Instrument::kGauge:
      shown = static_cast<int>(instrument.reading.size()) == 3 ? 10 : instrument.reading[0] - '0';
      break;
    case Instrument::kBarChart:
      shown = static_cast<int>(instrument.reading.size());
      break;
    case Instrument::kTrafficLight:
      break;
  }
  if (shown > 9) return std::nullopt;
  return shown;
}

int CellOf(const Point& point, const Letterbox& letterbox, int input_size, int grid) {
  return static_cast<int>(CellOf(InputMap(letterbox, input_size)(point), grid));
}

GridTargets TargetsOf(const Scene& scene, const Letterbox& letterbox, int input_size, int grid) {
  const auto cells = static_cast<std::size_t>(grid * grid);
  GridTargets targets{.cover = std::vector<std::int64_t>(cells, 0),
                      .color = std::vector<std::int64_t>(cells, -1),
                      .digit = std::vector<std::int64_t>(cells, 0),
                      .number = std::vector<std::int64_t>(cells, 0),
                      .center = std::vector<float>(cells, 0.0f),
                      .box = std::vector<float>(cells * 4, 0.0f),
                      .reading = std::vector<std::int64_t>(cells * kMaxDigits, -1),
                      .pointers = std::vector<float>(cells * 4, 0.0f)};
  const InputMap to_input(letterbox, input_size);
  std::vector<int> owners(cells, -1);
  for (std::size_t index = 0; index < scene.things.size(); ++index) {
    const Thing& thing = scene.things[index];
    const Corners corners = to_input(thing.corners);
    MarkCover(thing, static_cast<int>(index), scene.nameless_colors, corners, grid, targets,
              owners);
    MarkCenter(corners, grid, targets);
    MarkDigits(thing, to_input, grid, targets);
    MarkReading(thing, static_cast<int>(index), owners, to_input, grid, targets);
    MarkPointers(thing, static_cast<int>(index), owners, targets);
  }
  MarkNumbers(scene, owners, targets);
  return targets;
}

}  // namespace edgevlm::train
