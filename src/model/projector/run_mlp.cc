#include "model/projector/run_mlp.h"

#include <algorithm>

namespace edgevlm {

void RunMlp(const Linear& first, const Linear& second, View<const float> x, View<float> y,
            Workspace& workspace, const Run& run) {
  const Workspace::Mark mark = workspace.mark();
  const View<float> hidden = workspace.Take(x.rows, first.weight.outputs());
  const View<float> levels = workspace.Take(x.rows, LevelColumns(std::max(x.cols, hidden.cols)));
  first.Apply(first.Prepare(x, levels, run), Activation::kGelu, hidden, run);    // [T, H]
  second.Apply(second.Prepare(hidden, levels, run), Activation::kNone, y, run);  // [T, D]
  workspace.Rewind(mark);
}

}  // namespace edgevlm
