#include "tensor/weight.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/checked_copy.h"
#include "tensor/dequantize.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

// Packing fewer values than this, about 40 us, is not worth a second thread.
constexpr double kMinValuesPerChunk = 1 << 16;

// Copied at a time from a mapped file: enough for one system call, and it stays in the L2 cache.
constexpr std::size_t kCopyBytes = 1 << 16;

WeightType TypeFor(DType dtype, int inputs, std::int64_t values, Packing packing) {
  if (FindBlockFormat(dtype) != nullptr) return WeightType::kBlocks;
  if (packing == Packing::kInt8Rows && inputs % 4 == 0 && inputs <= kMaxInt8RowInputs) {
    return WeightType::kInt8Rows;
  }
  const bool is_int8 = packing == Packing::kInt8 || packing == Packing::kInt8Rows;
  if (is_int8 && inputs % 4 == 0) return WeightType::kInt8;
  if (packing == Packing::kBf16Pairs) return WeightType::kBf16Pairs;
  if (dtype == DType::kF32 || values <= Weight::kMaxWidenedValues) return WeightType::kFloat32;
  return dtype == DType::kF16 ? WeightType::kFloat16 : WeightType::kBFloat16;
}

// Whether packing rounds float values, which then must be converted to float32 first.
bool IsRounded(WeightType type) {
  return type == WeightType::kInt8 || type == WeightType::kInt8Rows ||
         type == WeightType::kBf16Pairs;
}

std::size_t PanelBytesOf(WeightType type, const PackedBlockLayout& layout,
                         const BlockFormat* format, int inputs) {
  const auto count = static_cast<std::size_t>(inputs);
  if (type == WeightType::kBlocks) {
    return count / static_cast<std::size_t>(format->values) *
           static_cast<std::size_t>(layout.bytes);
  }
  if (type == WeightType::kInt8) return Int8PanelBytes(inputs, kInt8BlockInputs);
  if (type == WeightType::kInt8Rows) return Int8PanelBytes(inputs, kInt8WholeRow);
  if (type == WeightType::kBf16Pairs) return (count + 1) / 2 * Weight::kPanelWidth * 4;
  return count * Weight::kPanelWidth * (type == WeightType::kFloat32 ? 4 : 2);
}

std::uint16_t AsIs(std::uint16_t bits) { return bits; }
float AsFloat(std::uint32_t bits) { return std::bit_cast<float>(bits); }

// rows[i] is output i of the panel. False when all bits of a value's exponent are set: infinity or
// NaN. Converts along the rows, where the values lie side by side, and transposes squares of them.
template <class Stored, auto kConvert, class Packed>
bool PackValues(std::span<const std::byte* const> rows, int inputs, Stored exponent,
                Packed* packed) {
  constexpr int kSquare = Weight::kPanelWidth;
  // The lowest bit carries into the sign if all bits of the exponent are set.
  const auto lowest = static_cast<Stored>(exponent & (~exponent + 1));
  const auto sign = static_cast<Stored>(exponent + lowest);
  Stored carried = 0;
  Packed square[kSquare][kSquare] = {};
  for (int first = 0; first < inputs; first += kSquare, packed += kSquare * kSquare) {
    const auto count = static_cast<std::size_t>(std::min(kSquare, inputs - first));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Stored values[kSquare] = {};
      const std::byte* from = rows[i] + static_cast<std::size_t>(first) * sizeof(Stored);
      std::memcpy(values, from, count * sizeof(Stored));
      for (int k = 0; k < kSquare; ++k) square[i][k] = kConvert(values[k]);
      for (const Stored value : values) {
        carried = static_cast<Stored>(carried | ((value & exponent) + lowest));
      }
    }
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < kSquare; ++i) packed[k * kSquare + i] = square[i][k];
    }
  }
  return (carried & sign) == 0;
}

// A panel of bf16 pairs.
void PackBf16Panel(std::span<const std::span<float>> rows, std::byte* packed) {
  const std::size_t inputs = rows[0].size();
  auto* pairs = reinterpret_cast<std::uint32_t*>(packed);
  for (std::size_t k = 0; k < inputs; k += 2, pairs += Weight::kPanelWidth) {
    std::fill_n(pairs, Weight::kPanelWidth, 0u);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::uint32_t high = k + 1 < inputs ? FloatToBFloat16(rows[i][k + 1]) : 0u;
      pairs[i] = high << 16 | FloatToBFloat16(rows[i][k]);
    }
  }
}

// Rounds rows of float values to a panel of int8 or of bf16 pairs. values: space for all of them.
// False when one is not finite.
bool PackRounded(WeightType type, DType dtype, std::span<const std::byte* const> rows,
                 std::span<float> values, std::byte* packed) {
  const std::size_t count = values.size() / Weight::kPanelWidth;
  const std::size_t bytes = count * static_cast<std::size_t>(InfoOf(dtype).block_bytes);
  std::array<std::span<float>, Weight::kPanelWidth> spans;
  bool finite = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<float> row = values.subspan(i * count, count);
    Dequantize(dtype, {rows[i], bytes}, row);
    finite &= std::ranges::all_of(row, [](float value) { return std::isfinite(value); });
    spans[i] = row;
  }
  if (finite) {
    const auto all = std::span<const std::span<float>>(spans).first(rows.size());
    if (type == WeightType::kBf16Pairs) {
      PackBf16Panel(all, packed);
    } else {
      PackInt8Panel(all, type == WeightType::kInt8 ? kInt8BlockInputs : kInt8WholeRow, packed);
    }
  }
  return finite;
}

}  // namespace

Weight::Weight(WeightType type, const BlockFormat* format, int outputs, int inputs,
               WeightMemory* memory)
    : type_(type),
      format_(format),
      layout_(format == nullptr ? PackedBlockLayout{} : LayoutOf(*format)),
      outputs_(outputs),
      inputs_(inputs),
      panel_bytes_(PanelBytesOf(type, layout_, format, inputs)),
      bytes_(memory != nullptr ? memory->Alloc(bytes()) : WeightMemory::AllocAlone(bytes())) {}

Weight::Weight(View<const float> matrix)
    : Weight(WeightType::kFloat32, nullptr, matrix.rows, matrix.cols) {
  auto* values = reinterpret_cast<float*>(bytes_.get());
  std::fill_n(values, bytes() / sizeof(float), 0.0f);
  for (int n = 0; n < outputs_; ++n) {
    const std::ptrdiff_t panel = Panel(n / kPanelWidth) - Panel(0);
    float* packed = values + panel + n % kPanelWidth;
    for (const float value : matrix.Row(n)) {
      *packed = value;
      packed += kPanelWidth;
    }
  }
}

bool Weight::PackPanel(DType dtype, std::span<const std::byte> stored, int panel,
                       std::span<float> scratch) {
  const int count = std::min(kPanelWidth, outputs_ - panel * kPanelWidth);
  std::array<const std::byte*, kPanelWidth> starts{};
  const std::span<const std::byte*> rows(starts.data(), static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = stored.data() + i * (stored.size() / rows.size());
  }
  std::byte* packed = bytes_.get() + panel_bytes_ * static_cast<std::size_t>(panel);
  if (type_ == WeightType::kBlocks) {
    bool finite = true;
    for (int block = 0; block < inputs_ / format_->values; ++block) {
      finite &= PackBlocks(*format_, rows, packed);
      packed += layout_.bytes;
      for (const std::byte*& row : rows) row += InfoOf(dtype).block_bytes;
    }
    return finite;
  }
  if (IsRounded(type_)) return PackRounded(type_, dtype, rows, scratch, packed);
  return PackFloats(dtype, rows, packed);
}

bool Weight::PackFloats(DType dtype, std::span<const std::byte* const> rows,
                        std::byte* packed) const {
  constexpr std::uint16_t kHalfExponent = 0x7c00;
  constexpr std::uint16_t kBFloat16Exponent = 0x7f80;
  const std::uint16_t exponent = dtype == DType::kF16 ? kHalfExponent : kBFloat16Exponent;
  if (type_ != WeightType::kFloat32) {
    return PackValues<std::uint16_t, AsIs>(rows, inputs_, exponent,
                                           reinterpret_cast<std::uint16_t*>(packed));
  }
  auto* floats = reinterpret_cast<float*>(packed);
  if (dtype == DType::kF32) {
    return PackValues<std::uint32_t, AsFloat>(rows, inputs_, 0x7f800000u, floats);
  }
  if (dtype == DType::kF16) {
    return PackValues<std::uint16_t, HalfToFloat>(rows, inputs_, exponent, floats);
  }
  return PackValues<std::uint16_t, BFloat16ToFloat>(rows, inputs_, exponent, floats);
}

std::span<const std::byte> Weight::StoredInputs(int panel, int first, int count) const {
  DCHECK(is_quantized());
  if (is_int8()) {
    const std::size_t begin = Int8QuantsAt(first, group()) - kInt8ScaleBytes;
    const std::size_t end = std::min(Int8QuantsAt(first + count, group()), panel_bytes_);
    return {PanelBytes(panel) + begin, end - begin};
  }
  const auto bytes = static_cast<std::size_t>(layout_.bytes);
  const auto block = static_cast<std::size_t>(first / format_->values);
  const auto blocks = static_cast<std::size_t>((count + format_->values - 1) / format_->values);
  return {PanelBytes(panel) + block * bytes, blocks * bytes};
}

Weight::PackError Weight::PackPanels(const TensorView& matrix, int begin, int end,
                                     std::span<std::byte> buffer, std::span<float> scratch) {
  const std::size_t panel_bytes =
      kPanelWidth * (matrix.bytes.size() / static_cast<std::size_t>(outputs_));
  PackError found = PackError::kNone;
  for (int panel = begin; panel < end;) {
    const std::size_t first = static_cast<std::size_t>(panel) * panel_bytes;
    const std::size_t wanted = static_cast<std::size_t>(end - panel) * panel_bytes;
    // The rows of the last panel may be fewer.
    const std::size_t size = std::min({buffer.size(), wanted, matrix.bytes.size() - first});
    if (!CheckedCopy(matrix.bytes.subspan(first, size), buffer.data())) return PackError::kCut;
    for (std::size_t at = 0; at < size; at += panel_bytes, ++panel) {
      const auto stored = buffer.subspan(at, std::min(panel_bytes, size - at));
      if (!PackPanel(matrix.dtype, stored, panel, scratch)) found = PackError::kNotFinite;
    }
  }
  return found;
}

Result<Weight> Weight::Pack(const TensorView& matrix, int outputs, int inputs, ThreadPool& pool,
                            Packing packing, WeightMemory* memory) {
  const DTypeInfo& info = InfoOf(matrix.dtype);
  CHECK(outputs >= 1 && inputs >= 1 && inputs % info.block_values == 0);
  const std::int64_t values = static_cast<std::int64_t>(outputs) * inputs;
  CHECK(matrix.bytes.size() ==
        static_cast<std::uint64_t>(values / info.block_values * info.block_bytes));
  Weight weight(TypeFor(matrix.dtype, inputs, values, packing), FindBlockFormat(matrix.dtype),
                outputs, inputs, memory);
  // Whole panels, for each thread. Allocated here, where bad_alloc reaches the caller.
  const std::size_t panel_bytes =
      kPanelWidth * (matrix.bytes.size() / static_cast<std::size_t>(outputs));
  const std::size_t buffer_bytes = std::max<std::size_t>(1, kCopyBytes / panel_bytes) * panel_bytes;
  const auto threads = static_cast<std::size_t>(pool.threads());
  std::vector<std::byte> buffers(buffer_bytes * threads);
  const std::size_t scratch_values =
      IsRounded(weight.type()) ? kPanelWidth * static_cast<std::size_t>(inputs) : 0;
  std::vector<float> scratch(scratch_values * threads);
  std::atomic<bool> cut = false;
  std::atomic<bool> not_finite = false;
  const double grain = kMinValuesPerChunk / kPanelWidth / inputs;
  pool.ParallelFor(weight.panels(), grain, [&](int begin, int end, int thread) {
    const auto index = static_cast<std::size_t>(thread);
    const PackError error = weight.PackPanels(
        matrix, begin, end, std::span(buffers).subspan(buffer_bytes * index, buffer_bytes),
        std::span(scratch).subspan(scratch_values * index, scratch_values));
    if (error == PackError::kCut) cut = true;
    if (error == PackError::kNotFinite) not_finite = true;
  });
  if (cut) {
    return Error{ErrorCode::kIo, "expected " + std::to_string(matrix.bytes.size()) +
                                     " bytes, found the file cut short while it was read"};
  }
  if (not_finite) {
    return Error{ErrorCode::kCorrupt, "expected finite numbers, found NaN or infinity"};
  }
  return weight;
}

Weight::Group Weight::ReadGroup(int output, int first) const {
  CHECK(is_quantized() && 0 <= output && output < outputs_);
  CHECK(first % std::min(group(), kInt8BlockInputs) == 0);
  const int panel = output / kPanelWidth;
  const int lane = output % kPanelWidth;
  Group read;
  read.count = std::min({group(), static_cast<int>(read.quants.size()), inputs_ - first});
  const auto count = static_cast<std::size_t>(read.count);
  if (is_int8()) {
    read.scale =
        ReadInt8Panel(PanelBytes(panel), lane, group(), first, std::span(read.quants).first(count));
    return read;
  }
  BlockParts parts;
  ReadPackedBlock(*format_, PackedBlock(panel, first / format_->values), lane, parts);
  const auto begin = static_cast<std::size_t>(first % format_->values);
  const std::size_t group_index = begin / static_cast<std::size_t>(format_->group);
  read.scale = HalfToFloat(parts.scale) * static_cast<float>(parts.group_scales[group_index]);
  read.minimum = HalfToFloat(parts.minimum) * static_cast<float>(parts.group_minima[group_index]);
  for (std::size_t i = 0; i < count; ++i) {
    read.quants[i] = static_cast<std::int8_t>(format_->QuantizedValue(parts.quants[begin + i]));
  }
  return read;
}

void Weight::CopyRow(int output, std::span<float> row, int first) const {
  CHECK(0 <= output && output < outputs_ && 0 <= first &&
        static_cast<std::size_t>(first) + row.size() <= static_cast<std::size_t>(inputs_));
  const int panel = output / kPanelWidth;
  const int lane = output % kPanelWidth;
  const int end = first + static_cast<int>(row.size());
  if (type_ == WeightType::kBlocks) {
    BlockParts parts;
    float values[kMaxBlockValues];
    for (int k = first; k < end;) {
      const int begin = k % format_->values;
      const int count = std::min(format_->values - begin, end - k);
      ReadPackedBlock(*format_, PackedBlock(panel, k / format_->values), lane, parts);
      Dequantize(*format_, parts, values);
      std::copy_n(values + begin, count, row.data() + (k - first));
      k += count;
    }
    return;
  }
  if (type_ == WeightType::kBf16Pairs) {
    for (int k = first; k < end; ++k) {
      const std::uint32_t pair = Bf16Panel(panel)[k / 2 * kPanelWidth + lane];
      const auto bits = static_cast<std::uint16_t>(k % 2 == 0 ? pair : pair >> 16);
      row[static_cast<std::size_t>(k - first)] = BFloat16ToFloat(bits);
    }
    return;
  }
  if (is_int8()) {
    return DequantizeInt8Panel(PanelBytes(panel), lane, inputs_, group(), first, row);
  }
  for (int k = first; k < end; ++k) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(k) * kPanelWidth + lane;
    float& value = row[static_cast<std::size_t>(k - first)];
    if (type_ == WeightType::kFloat32) {
      value = Panel(panel)[at];
    } else {
      const std::uint16_t bits = NarrowPanel(panel)[at];
      value = type_ == WeightType::kFloat16 ? HalfToFloat(bits) : BFloat16ToFloat(bits);
    }
  }
}

}  // namespace edgevlm
