// Which combinations training never shows, so that a test can ask whether the model has learnt the
// parts.
#pragma once

#include "train/scenes/scene.h"

namespace edgevlm::train {

// kTrain scenes hold no held-out pair; see ComposeOptions for kHeldOut.
enum class Split { kTrain, kHeldOut };

// About one in ten of the (color, shape) pairs. REQUIRES: shape is a shape's index in
// ThingNames().
bool IsHeldOut(Color color, int shape);

// About one in twenty of the pairs of different names. Symmetric; a name with itself never is.
// Indices into ThingNames(); the answer follows from the names alone, so it survives additions to
// the table.
bool IsHeldOut(int name, int other_name);

// Whether any thing (color and shape), or any two things of the scene (names), are held out.
bool HasHeldOutPair(const Scene& scene);

}  // namespace edgevlm::train
