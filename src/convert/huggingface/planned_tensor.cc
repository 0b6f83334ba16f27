#include "convert/huggingface/planned_tensor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>

#include "base/check.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

constexpr std::int64_t kChunkValues = 1 << 16;
constexpr std::int64_t kTransposedRows = 64;  // per pass over the source: one cache line or two

std::int64_t ValueBytes(DType dtype) { return InfoOf(dtype).block_bytes; }

std::uint16_t Load16(const std::byte* bytes) {
  std::uint16_t bits;
  std::memcpy(&bits, bytes, sizeof(bits));
  return bits;
}

// Reads the source's values from index `first` on.
void Read(const TensorView& source, std::int64_t first, std::span<float> values) {
  const std::byte* from = source.bytes.data() + first * ValueBytes(source.dtype);
  switch (source.dtype) {
    case DType::kF32:
      std::memcpy(values.data(), from, values.size_bytes());
      return;
    case DType::kF16:
      for (float& value : values) {
        value = HalfToFloat(Load16(from));
        from += sizeof(std::uint16_t);
      }
      return;
    case DType::kBF16:
      for (float& value : values) {
        value = BFloat16ToFloat(Load16(from));
        from += sizeof(std::uint16_t);
      }
      return;
    default:
      CHECK(false);
  }
}

// Appends values, converted to dtype.
class Writer {
 public:
  explicit Writer(const PlannedTensor& tensor) : tensor_(tensor) {
    const auto bytes = BytesOf(tensor.dtype, tensor.shape);
    CHECK(bytes.ok());
    bytes_.reserve(static_cast<std::size_t>(*bytes));
  }

  MaybeError Append(std::span<const float> values) {
    if (tensor_.dtype == DType::kF16) {
      for (const float value : values) {
        constexpr float kTooLarge = 65520.0f;  // rounds to infinity
        if (std::isfinite(value) && std::abs(value) >= kTooLarge) return TooLarge(value);
      }
    }
    const auto bytes = FromFloats(values, tensor_.dtype);
    if (!bytes) return bytes.error();
    bytes_.insert(bytes_.end(), bytes->begin(), bytes->end());
    return std::nullopt;
  }

  std::vector<std::byte> MoveBytes() { return std::move(bytes_); }

 private:
  Error TooLarge(float value) const {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%g", static_cast<double>(value));
    return {ErrorCode::kInvalid, "tensor '" + Printable(tensor_.source_name, kMaxQuotedName) +
                                     "': expected values that F16 holds (up to 65504), found " +
                                     text.data() + "; BF16 and F32 hold it"};
  }

  const PlannedTensor& tensor_;
  std::vector<std::byte> bytes_;
};

std::int64_t ValueCount(const Shape& shape) {
  const auto values = ValuesOf(shape);
  CHECK(values.ok());
  return static_cast<std::int64_t>(*values);
}

// offset: is added to every value.
MaybeError AppendInOrder(const TensorView& source, float offset, Writer& writer) {
  const std::int64_t count = ValueCount(source.shape);
  std::vector<float> values(static_cast<std::size_t>(std::min(count, kChunkValues)));
  for (std::int64_t first = 0; first < count; first += kChunkValues) {
    const auto size = static_cast<std::size_t>(std::min(kChunkValues, count - first));
    const std::span<float> chunk = std::span(values).first(size);
    Read(source, first, chunk);
    if (offset != 0.0f) {
      for (float& value : chunk) value += offset;
    }
    if (auto error = writer.Append(chunk)) return error;
  }
  return std::nullopt;
}

MaybeError AppendRopePermutedRows(const TensorView& source, int heads, Writer& writer) {
  const std::int64_t rows = source.shape[0];
  const std::int64_t cols = ValueCount(source.shape) / rows;
  const auto width = static_cast<int>(rows / heads);
  std::vector<float> values(static_cast<std::size_t>(cols));
  for (std::int64_t head = 0; head < heads; ++head) {
    for (int row = 0; row < width; ++row) {
      Read(source, (head * width + RopeSourceRow(row, width)) * cols, values);
      if (auto error = writer.Append(values)) return error;
    }
  }
  return std::nullopt;
}

MaybeError AppendTransposed(const TensorView& source, Writer& writer) {
  const std::int64_t inputs = source.shape[0], outputs = source.shape[1];
  std::vector<float> piece(static_cast<std::size_t>(std::min(outputs, kTransposedRows)));
  std::vector<float> rows;
  for (std::int64_t first = 0; first < outputs; first += kTransposedRows) {
    const std::int64_t count = std::min(kTransposedRows, outputs - first);
    rows.resize(static_cast<std::size_t>(count * inputs));
    for (std::int64_t i = 0; i < inputs; ++i) {
      Read(source, i * outputs + first, std::span(piece).first(static_cast<std::size_t>(count)));
      for (std::int64_t row = 0; row < count; ++row) {
        rows[static_cast<std::size_t>(row * inputs + i)] = piece[static_cast<std::size_t>(row)];
      }
    }
    if (auto error = writer.Append(rows)) return error;
  }
  return std::nullopt;
}

MaybeError AppendPart(const TensorView& source, const PartOf& part, Writer& writer) {
  const std::int64_t inner = ValueCount(source.shape) / (part.outer * part.count);
  std::vector<float> values(static_cast<std::size_t>(std::min(inner, kChunkValues)));
  for (std::int64_t outer = 0; outer < part.outer; ++outer) {
    const std::int64_t start = (outer * part.count + part.index) * inner;
    for (std::int64_t first = 0; first < inner; first += kChunkValues) {
      const auto size = static_cast<std::size_t>(std::min(kChunkValues, inner - first));
      const std::span<float> chunk = std::span(values).first(size);
      Read(source, start + first, chunk);
      if (auto error = writer.Append(chunk)) return error;
    }
  }
  return std::nullopt;
}

// The rows of a quantized matrix, as blocks or as numbers.
Result<std::vector<std::byte>> MakePackedBytes(const PlannedTensor& tensor) {
  const auto matrix = tensor.open_packed();
  if (!matrix) return matrix.error();
  const std::vector<std::uint8_t> quants = matrix->Unpack();
  const auto inputs = static_cast<std::size_t>(matrix->inputs());
  const bool is_permuted = tensor.change == Change::kRopePermuted;
  const int head_rows = matrix->outputs() / (is_permuted ? tensor.heads : 1);
  std::vector<std::byte> blocks;
  std::vector<float> values(inputs);
  Writer writer(tensor);
  for (int i = 0; i < matrix->outputs(); ++i) {
    const int row =
        is_permuted ? i / head_rows * head_rows + RopeSourceRow(i % head_rows, head_rows) : i;
    const auto of_row = std::span(quants).subspan(static_cast<std::size_t>(row) * inputs, inputs);
    if (tensor.dtype == matrix->block_type()) {
      const auto row_bytes = static_cast<std::size_t>(*BytesOf(tensor.dtype, {matrix->inputs()}));
      const std::size_t begin = blocks.size();
      blocks.resize(begin + row_bytes);
      matrix->WriteBlocks(row, of_row, std::span(blocks).subspan(begin));
    } else {
      matrix->Dequantize(row, of_row, values);
      if (auto error = writer.Append(values)) return *error;
    }
  }
  return blocks.empty() ? writer.MoveBytes() : std::move(blocks);
}

}  // namespace

Result<std::vector<std::byte>> MakeBytes(const PlannedTensor& tensor) {
  if (tensor.open_packed) return MakePackedBytes(tensor);
  const std::span<const std::byte> stored = tensor.source.bytes;
  const bool is_same = tensor.change == Change::kNone && tensor.dtype == tensor.source.dtype;
  if (tensor.values.empty() && is_same) {
    return std::vector<std::byte>(stored.begin(), stored.end());
  }
  Writer writer(tensor);
  MaybeError error;
  if (!tensor.values.empty()) {
    error = writer.Append(tensor.values);
  } else if (tensor.change == Change::kRopePermuted) {
    error = AppendRopePermutedRows(tensor.source, tensor.heads, writer);
  } else if (tensor.change == Change::kTransposed) {
    error = AppendTransposed(tensor.source, writer);
  } else if (tensor.change == Change::kPart) {
    error = AppendPart(tensor.source, tensor.part, writer);
  } else {
    error = AppendInOrder(tensor.source, tensor.change == Change::kOneAdded ? 1.0f : 0.0f, writer);
  }
  if (error) return *error;
  return writer.MoveBytes();
}

std::uint64_t TotalBytes(const std::vector<PlannedTensor>& tensors) {
  std::uint64_t total = 0;
  for (const PlannedTensor& tensor : tensors) {
    const auto bytes = BytesOf(tensor.dtype, tensor.shape);
    CHECK(bytes.ok());
    total += *bytes;
  }
  return total;
}

}  // namespace edgevlm
