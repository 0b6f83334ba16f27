// The two layers that most projectors start with.
#pragma once

#include "model/layers.h"
#include "model/workspace.h"

namespace edgevlm {

// y = second(gelu(first(x))).
//   x  [T, E]
//   y  [T, D]
// Uses and releases memory of `workspace` on top of what is allocated there.
void RunMlp(const Linear& first, const Linear& second, View<const float> x, View<float> y,
            Workspace& workspace, const Run& run);

}  // namespace edgevlm
