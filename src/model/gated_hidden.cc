#include "model/gated_hidden.h"

#include "kernels/matmul/int8/hidden_rows.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

BiasedProduct ProductOf(const Linear& linear) { return {linear.weight, linear.bias}; }

bool RoundsPartByPart(const GatedMlp& mlp, int rows, const Run& run) {
  for (const Linear* linear : {&mlp.gate, &mlp.up, &mlp.down}) {
    if (!linear->RoundsToInt8(run)) return false;
  }
  return RoundingFor(mlp.gate.weight) == RoundingFor(mlp.up.weight) &&
         SuitsHiddenRows(rows, mlp.down.weight, run.pool.threads());
}

Work GateUpWork(const GatedMlp& mlp, const QuantizedRows& hidden) {
  const double rows = hidden.rows(), inputs = mlp.gate.weight.inputs(), outputs = hidden.inputs();
  const auto weight_bytes = static_cast<double>(mlp.gate.weight.bytes() + mlp.up.weight.bytes());
  return {.flop = 2 * 2 * rows * inputs * outputs,
          .bytes = weight_bytes + rows * (inputs + outputs),
          .arithmetic = Arithmetic::kInt8};
}

}  // namespace

HiddenMemory AllocHidden(int rows, int hidden, View<float> rounded, Workspace& workspace,
                         const Run& run) {
  HiddenMemory memory = {.values = workspace.AllocSpread(rows, hidden), .rounded = rounded};
  if (run.fast && rows >= kMinHiddenRows) {
    memory.parts = workspace.Alloc(run.pool.threads(), HiddenMemoryColumns());
  }
  return memory;
}

Inputs GatedHidden(Inputs& x, const GatedMlp& mlp, Activation activation,
                   const HiddenMemory& memory, const Run& run) {
  const View<float>& values = memory.values;
  if (!RoundsPartByPart(mlp, values.rows, run)) {
    mlp.gate.Apply(x, activation, values, run);
    mlp.up.MultiplyInto(x, values, run);
    return {values, memory.rounded};
  }
  const Int8Rounding rounding = RoundingFor(mlp.down.weight);
  const QuantizedRows hidden(values.Cols(0, QuantizedRowLayoutOf(values.cols, rounding).floats),
                             values.cols, rounding);
  const BiasedProduct factor = ProductOf(mlp.up);
  PROFILE_ZONE(run.profiler, mlp.gate_up_zone, GateUpWork(mlp, hidden));
  HiddenRows(x.Int8(RoundingFor(mlp.gate.weight), run), ProductOf(mlp.gate), activation, &factor,
             hidden, memory.parts, run.pool);
  return Inputs(hidden);
}

}  // namespace edgevlm
