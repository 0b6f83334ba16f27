// Scenes of plain shapes in plain colors, and texts about them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/datasets/make/draw_shapes.h"
#include "eval/datasets/manifest.h"
#include "eval/datasets/seeded_random.h"

namespace edgevlm {

struct NamedColor {
  std::string_view name;
  Color color;
};

// The colors of shapes, well apart from each other and from all backgrounds.
std::span<const NamedColor> ShapeColors();

// "circle"
std::string_view NameOf(ShapeKind kind);
// "circles", "crosses"
std::string PluralOf(ShapeKind kind);

// Shapes of one kind and color.
struct ShapeGroup {
  ShapeKind kind = ShapeKind::kCircle;
  NamedColor color;
  std::vector<int> cells;  // where its shapes are
};

// A grid of cells with at most one shape in each. No two groups have the same kind or color, so
// that "the star" and "the red one" name one group.
struct ShapeScene {
  static constexpr int kSide = 4;  // cells

  std::vector<ShapeGroup> groups;  // 1 to 3
  std::string digits;              // on a display in the lowest row of cells; empty: there is none
  Color background;
  std::vector<double> sizes;  // of each group's shapes, as a part of a cell

  static ShapeScene Compose(SeededRandom& random);
  Image Draw(int side_pixels) const;
};

// Five captions that are true, in different wordings.
std::vector<std::string> CaptionsOf(const ShapeScene& scene);

// Questions of each kind that the scene allows, in the categories count, color, yes_no, choice,
// position and reading. number: of the scene, from 0; the answers of yes_no alternate, and the
// right letters of choice take turns. Rows have no path, and ids such as "count".
std::vector<ManifestRow> QuestionsAbout(const ShapeScene& scene, std::size_t number,
                                        SeededRandom& random);

}  // namespace edgevlm
