// Compose: chooses what a training image shows and where. Drawing (draw.h) depends on nothing else.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "train/scenes/held_out.h"
#include "train/scenes/scene.h"

namespace edgevlm::train {

// Of the varied scenes of training (ComposeOptions::instruments).
inline constexpr float kInstrumentFraction = 0.25f;

struct ComposeOptions {
  // kTrain: no held-out pair. kHeldOut: half of the scenes contain at least one, the others none.
  Split split = Split::kTrain;
  int max_things = 5;  // in [1, 5]
  // Of the scenes without a display that have space for one more group: how many have an
  // instrument.
  float instruments = 0;
  // Of the scenes with space for one more group: how many have a display.
  float displays = 0.18f;
  // Of the displays: how many may be small, with narrow spaces between digits that are at least
  // 0.04 of the longer side wide.
  float small_displays = 0;
};

// 1 to 4 equal things: same name and, for shapes, same color.
struct Group {
  ThingKind kind = ThingKind::kEmoji;
  int name = 0;
  Color color = Color::kRed;
  std::string reading;
  int count = 1;
};

// 1 to 3 different groups with at most options.max_things things and at most one display or
// instrument. Groups of several things are common, so that counting is learned, and so are groups
// that differ only in color or shape.
std::vector<Group> ChooseGroups(const ComposeOptions& options, std::mt19937_64& rng);

// An image of 160 to 400 pixels on a side, sides between 3:4 and 4:3. Things lie inside it, their
// bounding boxes apart (rotated corners may touch slightly), their centers at least 0.11 of the
// longer side apart. The box of an emoji or shape is 0.14 to 0.55 of the shorter side wide, up to
// 0.85 if it is alone; a digit of a display is at least 0.09 of the longer side wide
// unless it is small. About 20 us.
Scene Compose(const ComposeOptions& options, std::mt19937_64& rng);

}  // namespace edgevlm::train
