#include "model/projector/run_mlp.h"

#include <algorithm>

namespace edgevlm {

void RunMlp(const Linear& first, const Linear& second, View<const float> x, View<float> y,
            Workspace& workspace, const Run& run) {
  const Workspace::Mark mark = workspace.mark();
  const View<float> hidden = workspace.Alloc(x.rows, first.weight.outputs());
  const View<float> levels = workspace.Alloc(x.rows, LevelColumns(std::max(x.cols, hidden.cols)));
  Inputs outer(x, levels);
  first.Apply(outer, Activation::kGelu, hidden, run);  // [T, H]
  Inputs inner(hidden, levels);
  second.Apply(inner, Activation::kNone, y, run);  // [T, D]
  workspace.Rewind(mark);
}

}  // namespace edgevlm
