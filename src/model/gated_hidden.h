// GatedHidden: the hidden activations of a gated MLP (Shazeer 2020, "GLU Variants Improve
// Transformer").
#pragma once

#include <string>

#include "model/layers.h"
#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// The matrices that the hidden activations lie between.
struct GatedMlp {
  Linear gate;  // [F, D]
  Linear up;    // [F, D]
  Linear down;  // [D, F]
  // Of gate and up, where they are computed in one loop. Else they have their own.
  std::string gate_up_zone = {};
};

// Memory for T rows of hidden activations.
struct HiddenMemory {
  View<float> values;   // [T, F], spread
  View<float> rounded;  // [T, QuantizedColumns(F)], of the input of `down`; may hold that of `gate`
  View<float> parts = {};  // for HiddenRows; empty for few rows
};

// values and parts; the caller gives `rounded`.
HiddenMemory AllocHidden(int rows, int hidden, View<float> rounded, Workspace& workspace,
                         const Run& run);

// activation(x Wg^T + bg) * (x Wu^T + bu), [T, F], as the input of mlp.down. Many rows that are
// multiplied in int8 are rounded part by part and never written as floats (HiddenRows); the bits
// are the same. The result is valid as long as the memory.
Inputs GatedHidden(Inputs& x, const GatedMlp& mlp, Activation activation,
                   const HiddenMemory& memory, const Run& run);

}  // namespace edgevlm
