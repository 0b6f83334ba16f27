#include "model/projector/run_mlp.h"

#include <algorithm>

namespace edgevlm {

void RunMlp(const Linear& first, const Linear& second, View<const float> x, View<float> y,
            Workspace& workspace, const Run& run) {
  const Workspace::Mark mark = workspace.mark();
  const View<float> hidden = workspace.Alloc(x.rows, first.weight.outputs());
  const View<float> quants =
      workspace.Alloc(x.rows, QuantizedColumns(std::max(x.cols, hidden.cols)));
  Inputs outer(x, quants);
  first.Apply(outer, Activation::kGelu, hidden, run);  // [T, H]
  Inputs inner(hidden, quants);
  second.Apply(inner, Activation::kNone, y, run);  // [T, D]
  workspace.Rewind(mark);
}

}  // namespace edgevlm
