// Weight: a matrix of the model in the form that MatMul reads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"
#include "base/thread_pool.h"
#include "tensor/int8_panel.h"
#include "tensor/packed_block.h"
#include "tensor/tensor_view.h"
#include "tensor/view.h"
#include "tensor/weight_memory.h"

namespace edgevlm {

// How the values of a Weight are stored.
enum class WeightType { kFloat32, kFloat16, kBFloat16, kBlocks, kInt8, kInt8Rows, kBf16Pairs };

// How packing may round the values of float formats. Quantized blocks are kept as they are.
enum class Packing {
  kExact,  // not at all
  // Rotated, to int8 (int8_panel.h), where a row is a multiple of 4 values: in blocks, or with one
  // scale a row, which is faster and less exact.
  kInt8,
  kInt8Rows,
  kBf16Pairs,  // to bfloat16, two neighboring inputs side by side
};

// A matrix [N, K] that turns K inputs into N outputs, packed once at load and const from then on.
//
// Outputs are grouped into panels of kPanelWidth, so that a kernel reads memory strictly forward
// and a vector holds neighboring outputs. A panel of a float type holds, for k = 0..K-1, the
// kPanelWidth values of column k side by side. A panel of blocks is a sequence of packed blocks
// (packed_block.h), one of int8 is described in int8_panel.h. A panel of bf16 pairs holds, for i =
// 0..(K-1)/2, the kPanelWidth pairs of the inputs 2 i (low half of 32 bits) and 2 i + 1 (or 0). The
// last panel is filled up with zeros. Panels are contiguous, the first at a multiple of 64 bytes.
// The layout is the same for every instruction set. Threads: const methods from any thread. Memory:
// as the stored matrix, but N is rounded up to kPanelWidth, packed blocks are slightly larger
// (packed_block.h), and small matrices become float32 (Pack).
class Weight {
 public:
  static constexpr int kPanelWidth = kPackedOutputs;

  // 16-bit matrices of up to this many values become float32: their 2 MiB stay in a core's cache,
  // and converting them for every row costs more than reading twice the bytes.
  static constexpr std::int64_t kMaxWidenedValues = 1 << 19;

  // An empty weight: outputs() and inputs() are 0.
  Weight() = default;
  // Packs a copy of matrix [N, K] as float32; the matrix may go afterwards. Throws std::bad_alloc.
  explicit Weight(View<const float> matrix);

  // Packs a copy of a stored matrix [outputs, inputs] as `packing` says; `matrix` may have any
  // shape with that many values whose rows are whole blocks. The work is split over the pool.
  // Errors: kCorrupt (a value, or a block's scale, is not finite), kIo (the mapped file that holds
  // `matrix` was truncated). Throws std::bad_alloc. REQUIRES: outputs, inputs >= 1; matrix.bytes
  // hold outputs * inputs values.
  // memory: that of a model; null: the weight has its own.
  static Result<Weight> Pack(const TensorView& matrix, int outputs, int inputs, ThreadPool& pool,
                             Packing packing = Packing::kExact, WeightMemory* memory = nullptr);

  WeightType type() const { return type_; }
  int outputs() const { return outputs_; }  // N
  int inputs() const { return inputs_; }    // K
  int panels() const { return (outputs_ + kPanelWidth - 1) / kPanelWidth; }
  std::size_t bytes() const { return panel_bytes_ * static_cast<std::size_t>(panels()); }

  // [K, kPanelWidth]: outputs [panel * kPanelWidth, ...). REQUIRES: type() is kFloat32.
  const float* Panel(int panel) const {
    DCHECK(type_ == WeightType::kFloat32);
    return reinterpret_cast<const float*>(PanelBytes(panel));
  }
  // The same for kFloat16 and kBFloat16.
  const std::uint16_t* NarrowPanel(int panel) const {
    DCHECK(type_ == WeightType::kFloat16 || type_ == WeightType::kBFloat16);
    return reinterpret_cast<const std::uint16_t*>(PanelBytes(panel));
  }
  // The inputs [block * format().values, ...) of a panel. REQUIRES: type() is kBlocks.
  const std::byte* PackedBlock(int panel, int block) const {
    DCHECK(type_ == WeightType::kBlocks && block * format_->values < inputs_);
    return PanelBytes(panel) + static_cast<std::ptrdiff_t>(block) * layout_.bytes;
  }
  // Whether the panels are those of int8_panel.h.
  bool is_int8() const { return type_ == WeightType::kInt8 || type_ == WeightType::kInt8Rows; }
  // REQUIRES: is_int8().
  const std::byte* Int8Panel(int panel) const {
    DCHECK(is_int8());
    return PanelBytes(panel);
  }
  // [(K + 1) / 2, kPanelWidth] bf16 pairs. REQUIRES: type() is kBf16Pairs.
  const std::uint32_t* Bf16Panel(int panel) const {
    DCHECK(type_ == WeightType::kBf16Pairs);
    return reinterpret_cast<const std::uint32_t*>(PanelBytes(panel));
  }
  // What inputs [first, first + count) of a panel take: whole packed blocks, or the scales and
  // quants of int8. REQUIRES: is_quantized(); first is the first input of a packed block.
  std::span<const std::byte> StoredInputs(int panel, int first, int count) const;
  const BlockFormat& format() const { return *format_; }
  const PackedBlockLayout& layout() const { return layout_; }

  // Whether the values are small integers with scales, so that products with int8 inputs can be
  // summed as integers.
  bool is_quantized() const { return type_ == WeightType::kBlocks || is_int8(); }
  // How many neighboring inputs of an output share a scale. REQUIRES: is_quantized().
  int group() const {
    if (type_ == WeightType::kBlocks) return format_->group;
    return type_ == WeightType::kInt8 ? kInt8BlockInputs : kInt8WholeRow;
  }

  // Neighboring values of one output: value i = scale * quants[i] - minimum; with int8 the rotated
  // values. quants: with the bias subtracted and IQ4 codes looked up.
  struct Group {
    float scale = 0;
    float minimum = 0;
    int count = 0;  // of quants
    std::array<std::int8_t, kInt8BlockInputs> quants;
  };
  // The group that starts at input `first`, a multiple of group(); the last one may be shorter. Of
  // a whole row, only the 64 inputs from `first` on. Exact. For the specification of the kernels.
  // REQUIRES: is_quantized().
  Group ReadGroup(int output, int first) const;

  // Writes the values of inputs [first, first + row.size()) of one output, as Dequantize gives
  // them: a token's embedding when the output matrix is tied, and the reference for the kernels.
  // Allocates nothing. Cost: some ns per value.
  void CopyRow(int output, std::span<float> row, int first = 0) const;

 private:
  Weight(WeightType type, const BlockFormat* format, int outputs, int inputs,
         WeightMemory* memory = nullptr);
  const std::byte* PanelBytes(int panel) const {
    DCHECK(0 <= panel && panel < panels());
    return bytes_.get() + panel_bytes_ * static_cast<std::size_t>(panel);
  }
  // Packs the stored rows of one panel. scratch: for int8 and bf16 pairs, space for their values.
  // False when a value is not finite.
  bool PackPanel(DType dtype, std::span<const std::byte> stored, int panel,
                 std::span<float> scratch);
  enum class PackError { kNone, kCut, kNotFinite };
  // Copies the stored rows of panels to `buffer`, as many at a time as it holds, because the file
  // they are mapped from may be truncated, and packs them.
  PackError PackPanels(const TensorView& matrix, int begin, int end, std::span<std::byte> buffer,
                       std::span<float> scratch);
  bool PackFloats(DType dtype, std::span<const std::byte* const> rows, std::byte* packed) const;

  WeightType type_ = WeightType::kFloat32;
  const BlockFormat* format_ = nullptr;
  PackedBlockLayout layout_;
  int outputs_ = 0;
  int inputs_ = 0;
  std::size_t panel_bytes_ = 0;
  std::shared_ptr<std::byte> bytes_;
};

}  // namespace edgevlm
