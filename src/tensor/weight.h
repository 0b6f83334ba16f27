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
#include "tensor/slab.h"
#include "tensor/tensor_view.h"
#include "tensor/view.h"

namespace edgevlm {

// How the values of a Weight are stored.
enum class WeightType { kFloat32, kFloat16, kBFloat16, kBlocks, kInt8, kPairs };

// What packing may do to the values of float formats. Blocks stay as they are.
enum class Packing {
  kExact,  // nothing
  kInt8,   // round them to levels (int8_panel.h), where a row is a multiple of 4 values
  kPairs,  // round them to bfloat16, two neighboring inputs side by side
};

// A matrix [N, K] that turns K inputs into N outputs, packed once at load and const from then on.
//
// Outputs are grouped into panels of kPanelWidth, so that a kernel reads memory strictly forward
// and one vector holds neighboring outputs. A panel of a float type holds, for k = 0..K-1, its
// kPanelWidth values of column k side by side; a panel of blocks holds one slab (slab.h) after the
// other; one of int8 is what int8_panel.h says; one of pairs holds, for i = 0..(K-1)/2, its
// kPanelWidth pairs of the inputs 2 i (in the low half of 32 bits) and 2 i + 1, or 0. The last
// panel is filled up with zeros. Panels lie one after another, the first at a multiple of 64 bytes.
// The layout is the same for every instruction set. Threads: const methods from any thread. Memory:
// as the stored matrix, but for N rounded up to kPanelWidth, what slab.h says, and small matrices
// (Pack).
class Weight {
 public:
  static constexpr int kPanelWidth = kSlabOutputs;

  // 16-bit matrices of up to so many values become float32: their 2 MiB stay in a core's cache,
  // where converting them again for every row costs more than reading twice the bytes.
  static constexpr std::int64_t kMaxWidenedValues = 1 << 19;

  // An empty weight: outputs() and inputs() are 0.
  Weight() = default;
  // Packs a copy of matrix [N, K] as float32; the matrix may go afterwards. Throws std::bad_alloc.
  explicit Weight(View<const float> matrix);

  // Packs a copy of a stored matrix [outputs, inputs] as `packing` says; `matrix` may have any
  // shape of so many values whose rows are whole blocks. Shares the work over the pool. Errors:
  // kCorrupt (a value, or a block's scale, is not a finite number), kIo (the file that `matrix` is
  // a mapped part of was cut short). Throws std::bad_alloc. REQUIRES: outputs, inputs >= 1;
  // matrix.bytes hold outputs * inputs values.
  static Result<Weight> Pack(const TensorView& matrix, int outputs, int inputs, ThreadPool& pool,
                             Packing packing = Packing::kExact);

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
  const std::byte* Slab(int panel, int block) const {
    DCHECK(type_ == WeightType::kBlocks && block * format_->values < inputs_);
    return PanelBytes(panel) + static_cast<std::ptrdiff_t>(block) * layout_.bytes;
  }
  // The blocks of a panel, as int8_panel.h says. REQUIRES: type() is kInt8.
  const std::byte* Int8Panel(int panel) const {
    DCHECK(type_ == WeightType::kInt8);
    return PanelBytes(panel);
  }
  // [(K + 1) / 2, kPanelWidth] pairs of bfloat16. REQUIRES: type() is kPairs.
  const std::uint32_t* PairsPanel(int panel) const {
    DCHECK(type_ == WeightType::kPairs);
    return reinterpret_cast<const std::uint32_t*>(PanelBytes(panel));
  }
  // What inputs [first, first + count) of a panel take: whole blocks. REQUIRES: has_levels(); first
  // is the first input of a block.
  std::span<const std::byte> StoredInputs(int panel, int first, int count) const;
  const BlockFormat& format() const { return *format_; }
  const SlabLayout& layout() const { return layout_; }

  // Whether the values are small integers with scales, so that the products with int8 inputs can be
  // summed as integers.
  bool has_levels() const { return type_ == WeightType::kBlocks || type_ == WeightType::kInt8; }
  // How many neighboring inputs of an output share a scale. REQUIRES: has_levels().
  int group() const { return type_ == WeightType::kInt8 ? kInt8BlockInputs : format_->group; }

  // Neighboring values of one output: scale * level - minimum each.
  struct Group {
    float scale = 0;
    float minimum = 0;
    int count = 0;  // of levels
    std::array<std::int8_t, kInt8BlockInputs> levels;
  };
  // The group that starts at input `first`, a multiple of group(); the last one may be short.
  // Exact. For the specification of the kernels. REQUIRES: has_levels().
  Group ReadGroup(int output, int first) const;

  // Writes the values of inputs [first, first + row.size()) of one output, as Dequantize gives
  // them: a token's embedding when the output matrix is tied; also what the kernels are held to.
  // Allocates nothing. Cost: some ns per value.
  void CopyRow(int output, std::span<float> row, int first = 0) const;

 private:
  struct Free {
    void operator()(std::byte* bytes) const;
  };

  Weight(WeightType type, const BlockFormat* format, int outputs, int inputs);
  const std::byte* PanelBytes(int panel) const {
    DCHECK(0 <= panel && panel < panels());
    return bytes_.get() + panel_bytes_ * static_cast<std::size_t>(panel);
  }
  // The rows of one panel, as stored. scratch: for int8 and pairs, room for their values. False
  // when a value is not a finite number.
  bool PackPanel(DType dtype, std::span<const std::byte> stored, int panel,
                 std::span<float> scratch);
  bool PackFloats(DType dtype, std::span<const std::byte* const> rows, std::byte* packed) const;

  WeightType type_ = WeightType::kFloat32;
  const BlockFormat* format_ = nullptr;
  SlabLayout layout_;
  int outputs_ = 0;
  int inputs_ = 0;
  std::size_t panel_bytes_ = 0;
  std::unique_ptr<std::byte[], Free> bytes_;
};

}  // namespace edgevlm
