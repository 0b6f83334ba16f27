#include "eval/datasets/make/shape_scene.h"

#include <array>
#include <numeric>

namespace edgevlm {
namespace {

constexpr std::array<NamedColor, 7> kShapeColors = {{
    {"red", {214, 30, 38}},
    {"green", {28, 140, 52}},
    {"blue", {32, 72, 210}},
    {"orange", {245, 132, 16}},
    {"purple", {128, 36, 160}},
    {"black", {16, 16, 16}},
    {"yellow", {250, 214, 20}},
}};

constexpr std::array<Color, 4> kBackgrounds = {
    {{255, 255, 255}, {226, 232, 238}, {240, 232, 218}, {214, 230, 245}}};

constexpr std::array<std::string_view, kShapeKinds> kKindNames = {
    "circle", "square", "triangle", "ring", "cross", "star", "diamond"};

// The numbers below `count` in random order.
std::vector<int> ShuffledNumbers(int count, SeededRandom& random) {
  std::vector<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  random.Shuffle(numbers);
  return numbers;
}

}  // namespace

std::span<const NamedColor> ShapeColors() { return kShapeColors; }

std::string_view NameOf(ShapeKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::string PluralOf(ShapeKind kind) {
  return std::string(NameOf(kind)) + (kind == ShapeKind::kCross ? "es" : "s");
}

ShapeScene ShapeScene::Compose(SeededRandom& random) {
  ShapeScene scene;
  const std::vector<int> kinds = ShuffledNumbers(kShapeKinds, random);
  const std::vector<int> colors = ShuffledNumbers(static_cast<int>(kShapeColors.size()), random);
  const bool has_display = random.Below(2) == 0;
  std::vector<int> cells = ShuffledNumbers(kSide * (has_display ? kSide - 1 : kSide), random);
  const int groups = random.Between(1, 3);
  for (int i = 0; i < groups; ++i) {
    const auto n = static_cast<std::size_t>(i);
    ShapeGroup group{
        static_cast<ShapeKind>(kinds[n]), kShapeColors[static_cast<std::size_t>(colors[n])], {}};
    const int shapes = random.Between(1, 4);
    for (int k = 0; k < shapes; ++k) {
      group.cells.push_back(cells.back());
      cells.pop_back();
    }
    scene.groups.push_back(std::move(group));
    scene.sizes.push_back(0.28 + 0.04 * random.Between(0, 3));
  }
  const int digits = has_display ? random.Between(2, 4) : 0;
  for (int i = 0; i < digits; ++i) {
    // No zero comes first, as replies and scores may leave it out.
    scene.digits += static_cast<char>('0' + random.Between(i == 0 ? 1 : 0, 9));
  }
  scene.background = random.OneOf(kBackgrounds);
  return scene;
}

Image ShapeScene::Draw(int side_pixels) const {
  Image image(side_pixels, side_pixels);
  FillImage(background, image);
  const double cell = static_cast<double>(side_pixels) / kSide;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const int index : groups[i].cells) {
      const double x = (index % kSide + 0.5) * cell;
      const double y = (index / kSide + 0.5) * cell;
      DrawShape(groups[i].kind, {x, y, sizes[i] * cell}, groups[i].color.color, image);
    }
  }
  if (!digits.empty()) {
    const double width = 0.5 * cell * static_cast<double>(digits.size());
    DrawDisplay(digits, side_pixels / 2.0, (kSide - 0.5) * cell, width, image);
  }
  return image;
}

}  // namespace edgevlm
