#include "model/decoder.h"

#include <functional>

#include "model/decoder/spans.h"

namespace edgevlm {

bool AreExits(std::span<const int> exits, int blocks) {
  if (exits.empty()) return true;
  return std::ranges::adjacent_find(exits, std::greater_equal<>()) == exits.end() &&
         exits.front() >= 1 && exits.back() < blocks;
}

void Decoder::Forward(std::span<const TokenSpan> batch, View<float> logits, Workspace& workspace,
                      const Run& run) const {
  const WorkspaceScope scope(workspace);
  const View<float> x = workspace.Alloc(RowsOf(batch), shape().width);
  Embed(batch, x, run);
  RunBlocks(batch, {0, shape().blocks}, x, workspace, run);
  if (logits.rows == 0) return;
  const View<float> chosen = workspace.Alloc(logits.rows, shape().width);
  GatherLogitsRows(batch, x, chosen);
  WriteLogits(chosen, logits, workspace, run);
}

}  // namespace edgevlm
