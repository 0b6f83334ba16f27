// Held-out pairs: combinations that never occur in training, to test whether the model generalizes
// to them.
#pragma once

#include "train/scenes/scene.h"

namespace edgevlm::train {

// kTrain: scenes without held-out pairs. kHeldOut: see ComposeOptions.
enum class Split { kTrain, kHeldOut };

// Whether the (color, shape) pair is held out; about one in ten is. REQUIRES: shape is a shape's
// index in ThingNames().
bool IsHeldOut(Color color, int shape);

// Whether the pair of names is held out; about one in twenty is. Symmetric, and false for equal
// names. Arguments are indices into ThingNames(), but the result depends on the names only, so it
// survives additions to the table.
bool IsHeldOut(int name, int other_name);

// Whether a thing (color and shape) or two things (names) of the scene are held out.
bool HasHeldOutPair(const Scene& scene);

}  // namespace edgevlm::train
