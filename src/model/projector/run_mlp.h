// The two layers with which most projectors begin.
#pragma once

#include "model/layers.h"
#include "model/workspace.h"

namespace edgevlm {

// y = second(gelu(first(x))).
//   x  [T, E]
//   y  [T, D]
// Takes and gives back memory of `workspace` on top of what is held there.
void RunMlp(const Linear& first, const Linear& second, View<const float> x, View<float> y,
            Workspace& workspace, const Run& run);

}  // namespace edgevlm
