#include "train/scenes/compose.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "train/scenes/display.h"
#include "train/scenes/instruments.h"
#include "train/scenes/random.h"

namespace edgevlm::train {
namespace {

constexpr float kMinSize = 0.14f;            // of the shorter side
constexpr float kMinCenterDistance = 0.11f;  // of the longer side
constexpr float kBorder = 2;                 // pixels between a thing and the image's edge
constexpr float kTouch =
    0.03f;  // fraction of a box's size by which boxes may overlap: corners are rarely full

// A thing's box before its position is chosen; lengths in pixels.
struct Box {
  float width;
  float min_width;
  float height_ratio;                // height / width
  float digit_pitch = 1.3f;          // of a display
  float rotation = 0;                // radians
  std::array<Point, 4> jitter = {};  // of each corner, relative to width and height
};

struct PlacedBox {
  std::array<Point, 4> corners;  // pixels
  Point center;
  float left, top, right, bottom;
  float digit_pitch;
};

float Radians(float degrees) { return degrees * std::numbers::pi_v<float> / 180; }

std::pair<int, int> ImageSize(std::mt19937_64& rng) {
  if (Bernoulli(rng, 0.4f)) {
    const int side = static_cast<int>(LogUniform(rng, 160, 401));
    return {side, side};
  }
  const float longer = LogUniform(rng, 214, 401);
  const float shorter = longer * Uniform(rng, 0.752f, 1);
  const int first = static_cast<int>(longer);
  const int second = static_cast<int>(shorter);
  return Bernoulli(rng, 0.5f) ? std::pair{first, second} : std::pair{second, first};
}

float Rotation(ThingKind kind, std::mt19937_64& rng) {
  switch (kind) {
    case ThingKind::kDisplay:
    case ThingKind::kInstrument:
      return Radians(Uniform(rng, -8, 8));
    case ThingKind::kShape:
      return Radians(Uniform(rng, -12, 12));  // with more, a square would look like a diamond
    case ThingKind::kEmoji:
      break;
  }
  const float limit = Bernoulli(rng, 0.2f) ? 40.0f : 15.0f;
  return Radians(Uniform(rng, -limit, limit));
}

Box DisplayBox(int digits, float small_displays, const Scene& scene, std::mt19937_64& rng) {
  const float longer = static_cast<float>(std::max(scene.width, scene.height));
  const bool may_be_small = small_displays > 0 && Bernoulli(rng, small_displays);
  const float pitch = may_be_small ? Uniform(rng, 1.08f, 1.4f) : Thing().digit_pitch;
  const float panel = PanelWidth(digits, pitch);
  const float smallest = (may_be_small ? 0.04f : 0.095f) * longer;
  const float height_ratio = Uniform(rng, 1.5f, 1.9f) * kPanelHeight / panel;
  // Leaves space for rotation and jitter within the border of the image.
  const float widest = std::min({0.85f * static_cast<float>(scene.width) / panel,
                                 0.8f * static_cast<float>(scene.height) / (panel * height_ratio),
                                 (may_be_small ? 0.14f : 0.26f) * longer});
  const float digit = LogUniform(rng, smallest, std::max(smallest, widest));
  return {digit * panel, smallest * panel, height_ratio, pitch};
}

// A box of this width, or smaller as far as the instrument can still be read.
Box InstrumentBox(Instrument instrument, float width, float shorter, std::mt19937_64& rng) {
  constexpr std::array<float, 3> kLegible = {0.24f, 0.26f, 0.22f};  // clock, gauge, bar chart
  if (instrument == Instrument::kTrafficLight) {
    const float ratio = Uniform(rng, 2.1f, 2.9f);
    if (Bernoulli(rng, 0.25f)) return {width, 0.2f * shorter, 1 / ratio};
    return {width * 0.5f, 0.09f * shorter, ratio};
  }
  float ratio = 1;
  if (instrument == Instrument::kGauge && Bernoulli(rng, 0.4f)) ratio = Uniform(rng, 0.58f, 0.72f);
  if (instrument == Instrument::kBarChart) ratio = Uniform(rng, 0.6f, 1);
  return {width, kLegible[static_cast<std::size_t>(instrument)] * shorter, ratio};
}

Box BoxFor(const Group& group, float size, float small_displays, const Scene& scene,
           std::mt19937_64& rng) {
  const float shorter = static_cast<float>(std::min(scene.width, scene.height));
  const bool display = group.kind == ThingKind::kDisplay;
  Box box{size * Uniform(rng, 0.88f, 1.12f) * shorter, kMinSize * shorter, 1};
  if (display) {
    box = DisplayBox(static_cast<int>(group.reading.size()), small_displays, scene, rng);
  }
  if (group.kind == ThingKind::kInstrument) {
    box = InstrumentBox(InstrumentNamed(group.name), box.width, shorter, rng);
  }
  box.width = std::max(box.width, box.min_width);
  box.rotation = Rotation(group.kind, rng);
  const bool is_read = display || group.kind == ThingKind::kInstrument;
  const float jitter = Uniform(rng, 0, is_read ? 0.04f : 0.08f);
  for (Point& corner : box.jitter) {
    corner = {Uniform(rng, -jitter, jitter), Uniform(rng, -jitter, jitter)};
  }
  return box;
}

// Around the origin.
PlacedBox Shaped(const Box& box, float width) {
  constexpr std::array<Point, 4> kCorners = {
      {{-0.5f, -0.5f}, {0.5f, -0.5f}, {0.5f, 0.5f}, {-0.5f, 0.5f}}};
  const float height = width * box.height_ratio;
  const float cosine = std::cos(box.rotation);
  const float sine = std::sin(box.rotation);
  PlacedBox placed{{}, {}, 1e9f, 1e9f, -1e9f, -1e9f, box.digit_pitch};
  for (std::size_t i = 0; i < 4; ++i) {
    const float x = (kCorners[i].x + box.jitter[i].x) * width;
    const float y = (kCorners[i].y + box.jitter[i].y) * height;
    const Point corner{x * cosine - y * sine, x * sine + y * cosine};
    placed.corners[i] = corner;
    placed.center.x += corner.x / 4, placed.center.y += corner.y / 4;
    placed.left = std::min(placed.left, corner.x), placed.right = std::max(placed.right, corner.x);
    placed.top = std::min(placed.top, corner.y), placed.bottom = std::max(placed.bottom, corner.y);
  }
  return placed;
}

void Move(float x, float y, PlacedBox& placed) {
  for (Point& corner : placed.corners) corner.x += x, corner.y += y;
  placed.center.x += x, placed.center.y += y;
  placed.left += x, placed.right += x;
  placed.top += y, placed.bottom += y;
}

bool Apart(const PlacedBox& a, const PlacedBox& b, float min_distance) {
  const float touch = kTouch * std::min(a.right - a.left, b.right - b.left);
  const bool overlap = a.left < b.right - touch && b.left < a.right - touch &&
                       a.top < b.bottom - touch && b.top < a.bottom - touch;
  return !overlap && std::hypot(a.center.x - b.center.x, a.center.y - b.center.y) >= min_distance;
}

// Draws random positions until all boxes are apart. False if that fails after a few tries each.
bool PlaceAll(const std::vector<Box>& boxes, float scale, const Scene& scene, std::mt19937_64& rng,
              std::vector<PlacedBox>& placed) {
  const float width = static_cast<float>(scene.width);
  const float height = static_cast<float>(scene.height);
  const float min_distance = kMinCenterDistance * std::max(width, height);
  std::vector<std::size_t> order(boxes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return boxes[a].width > boxes[b].width; });
  placed.assign(boxes.size(), {});
  std::vector<std::size_t> done;
  for (const std::size_t index : order) {
    const Box& box = boxes[index];
    const PlacedBox shaped = Shaped(box, std::max(box.min_width, box.width * scale));
    const float free_x = width - 2 * kBorder - (shaped.right - shaped.left);
    const float free_y = height - 2 * kBorder - (shaped.bottom - shaped.top);
    if (free_x < 0 || free_y < 0) return false;
    bool found = false;
    for (int attempt = 0; attempt < 40 && !found; ++attempt) {
      placed[index] = shaped;
      Move(kBorder - shaped.left + Uniform(rng, 0, free_x),
           kBorder - shaped.top + Uniform(rng, 0, free_y), placed[index]);
      found = std::all_of(done.begin(), done.end(), [&](std::size_t other) {
        return Apart(placed[index], placed[other], min_distance);
      });
    }
    if (!found) return false;
    done.push_back(index);
  }
  return true;
}

std::vector<Box> ChooseBoxes(const std::vector<Group>& groups, float small_displays,
                             const Scene& scene, std::mt19937_64& rng) {
  std::vector<Box> boxes;
  const bool alone = groups.size() == 1 && groups[0].count == 1;
  for (const Group& group : groups) {
    const float size = LogUniform(rng, kMinSize, alone ? 0.76f : 0.49f);  // times up to 1.12 each
    for (int i = 0; i < group.count; ++i) {
      boxes.push_back(BoxFor(group, size, small_displays, scene, rng));
    }
  }
  return boxes;
}

}  // namespace

Scene Compose(const ComposeOptions& options, std::mt19937_64& rng) {
  Scene scene;
  const std::vector<Group> groups = ChooseGroups(options, rng);
  std::tie(scene.width, scene.height) = ImageSize(rng);
  std::vector<PlacedBox> placed;
  bool done = false;
  for (int round = 0; !done; ++round) {
    CHECK(round < 1000);  // the five smallest things cover only a fifth of the image
    const std::vector<Box> boxes = ChooseBoxes(groups, options.small_displays, scene, rng);
    for (float scale = 1; !done && scale > 0.2f; scale *= 0.88f) {
      done = PlaceAll(boxes, scale, scene, rng, placed);
    }
  }
  std::size_t index = 0;
  for (const Group& group : groups) {
    for (int i = 0; i < group.count; ++i, ++index) {
      Thing thing{group.kind,
                  group.name,
                  group.color,
                  group.reading,
                  placed[index].corners,
                  placed[index].digit_pitch};
      for (Point& corner : thing.corners) {
        corner.x /= static_cast<float>(scene.width);
        corner.y /= static_cast<float>(scene.height);
      }
      scene.things.push_back(std::move(thing));
    }
  }
  scene.seed = rng();
  return scene;
}

}  // namespace edgevlm::train
