#include "kernels/matmul/int8/hidden_rows.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/row_chunks.h"

namespace edgevlm {
namespace {

// Between rows of floats, which would otherwise lie in few sets of the caches.
constexpr int kStride = kHiddenColumns + 16;

// With fewer chunks a thread, some threads would wait for others at the end.
constexpr int kChunksPerThread = 4;

int RowParts(int rows) { return (rows + kHiddenRows - 1) / kHiddenRows; }
int Chunks(int outputs) { return (outputs + kHiddenColumns - 1) / kHiddenColumns; }

struct Job {
  const QuantizedRows& x;
  const BiasedProduct& gate;
  Activation activation;
  const BiasedProduct* factor;
  const QuantizedRows& hidden;
  View<float> memory;
  int row_parts;
  int chunks;  // of the outputs

  int RowOf(int part) const { return static_cast<int>(std::int64_t{x.rows()} * part / row_parts); }
};

std::span<const float> From(std::span<const float> bias, int first) {
  return bias.empty() ? bias : bias.subspan(static_cast<std::size_t>(first));
}

void RunChunk(const Job& job, int index, float* values) {
  static const Int8MatMulFunction kMatMul = Int8MatMulVariants().Chosen();
  static const QuantizeInputsFunction kQuantize = QuantizeInputsVariants().Chosen();
  const int first = index % job.chunks * kHiddenColumns;
  const int count = std::min(kHiddenColumns, job.hidden.inputs() - first);
  const int first_row = job.RowOf(index / job.chunks);
  const int rows = job.RowOf(index / job.chunks + 1) - first_row;
  const QuantizedRows x = job.x.Rows(first_row, rows);
  const View<float> y(values, rows, count, kStride);
  const int panel = first / Weight::kPanelWidth;
  const MatMulPart part = {0, rows, panel,
                           (first + count + Weight::kPanelWidth - 1) / Weight::kPanelWidth};
  const Epilogue activated = {.bias = From(job.gate.bias, first), .activation = job.activation};
  kMatMul({x, job.gate.w, activated, y, first}, part);
  if (job.factor != nullptr) {
    const Epilogue multiplied = {.bias = From(job.factor->bias, first), .factor = y};
    kMatMul({x, job.factor->w, multiplied, y, first}, part);
  }
  for (int t = 0; t < rows; ++t) {
    kQuantize({y.Row(t).data(), first_row + t, first, count}, job.hidden);
  }
}

}  // namespace

bool SuitsHiddenRows(int rows, const Weight& down, int threads) {
  return rows >= kMinHiddenRows && RoundingFor(down).block <= kHiddenColumns &&
         RowParts(rows) * Chunks(down.inputs()) >= kChunksPerThread * threads;
}

int HiddenMemoryColumns() { return kHiddenRows * kStride; }

void HiddenRows(const QuantizedRows& x, const BiasedProduct& gate, Activation activation,
                const BiasedProduct* factor, const QuantizedRows& hidden, View<float> memory,
                ThreadPool& pool) {
  CHECK(x.rounding() == RoundingFor(gate.w) && x.inputs() == gate.w.inputs());
  CHECK(hidden.rounding().block <= kHiddenColumns && hidden.rows() == x.rows());
  CHECK(hidden.inputs() == gate.w.outputs());
  CHECK(memory.rows >= pool.threads() && memory.cols >= HiddenMemoryColumns());
  const Job job{x,      gate,   activation,         factor,
                hidden, memory, RowParts(x.rows()), Chunks(hidden.inputs())};
  const int rows = std::min(x.rows(), kHiddenRows);
  const std::int64_t work = std::int64_t{rows} * x.inputs() * kHiddenColumns;
  pool.ParallelFor(job.row_parts * job.chunks, ProductGrain(rows, work),
                   [&job](int begin, int end, int thread) {
                     for (int i = begin; i < end; ++i) {
                       RunChunk(job, i, job.memory.Row(thread).data());
                     }
                   });
}

}  // namespace edgevlm
