// Work: what a zone computes and moves, for comparing it to the limits of the machine.
#pragma once

#include "edgevlm/profiler.h"

namespace edgevlm {

struct Work {
  double flop = 0;   // a multiplication and an addition are two
  double bytes = 0;  // read and written
  Arithmetic arithmetic = Arithmetic::kFloat32;
};

}  // namespace edgevlm
