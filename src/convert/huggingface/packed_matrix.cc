#include "convert/huggingface/packed_matrix.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"
#include "kernels/quantize/write_block.h"
#include "tensor/blocks.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

constexpr int kWordBits = 32;
constexpr int kBlock = 32;  // values of Q4_0, Q4_1 and Q8_0

// The output, of eight, whose quant lies at 4 i bits of a word of AWQ.
constexpr std::array<int, 8> kAwqOrder = {0, 2, 4, 6, 1, 3, 5, 7};

std::string ShapeText(const std::vector<std::int64_t>& extents) {
  std::string text = "[";
  for (const std::int64_t extent : extents) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  }
  return text + "]";
}

MaybeError ExpectShape(const SafetensorsTensor& tensor, const std::vector<std::int64_t>& expected) {
  if (tensor.extents == expected) return {};
  return Error{ErrorCode::kCorrupt, QuotedTensor(tensor.name) + "expected " + ShapeText(expected) +
                                        ", found " + ShapeText(tensor.extents)};
}

MaybeError ExpectWords(const SafetensorsTensor& tensor) {
  if (tensor.dtype == "I32") return {};
  return Error{ErrorCode::kUnsupported,
               QuotedTensor(tensor.name) + "expected I32, found " + Printable(tensor.dtype, 10)};
}

std::uint32_t WordAt(const SafetensorsTensor& tensor, std::size_t index) {
  std::uint32_t word;
  std::memcpy(&word, tensor.bytes.data() + index * sizeof(word), sizeof(word));
  return word;
}

// The place of an output among the eight of its word in AWQ's order.
int AwqPlace(int output) {
  return static_cast<int>(std::ranges::find(kAwqOrder, output % 8) - kAwqOrder.begin());
}

}  // namespace

bool HasPackedMatrix(const Checkpoint& checkpoint, const std::string& module) {
  return checkpoint.Find(module + ".qweight") != nullptr;
}

Result<PackedMatrix> PackedMatrix::Open(const Checkpoint& checkpoint, const std::string& module,
                                        const PackedScheme& scheme) {
  PackedMatrix matrix;
  matrix.scheme_ = scheme;
  matrix.module_ = module;
  const std::pair<const char*, const SafetensorsTensor**> members[] = {
      {".qweight", &matrix.weight_}, {".qzeros", &matrix.zeros_}, {".scales", &matrix.scales_}};
  for (const auto& [end, tensor] : members) {
    *tensor = checkpoint.Find(module + end);
    if (*tensor == nullptr) {
      return Error{ErrorCode::kNotFound, "expected a tensor '" + module + end + "', found none"};
    }
    matrix.parts_.push_back(module + end);
  }
  matrix.group_ids_ = checkpoint.Find(module + ".g_idx");
  if (matrix.group_ids_ != nullptr) matrix.parts_.push_back(module + ".g_idx");
  if (auto error = matrix.ReadShapes(scheme)) return *error;
  if (auto error = matrix.ReadFactors()) return *error;
  if (auto error = matrix.ReadGroups()) return *error;
  matrix.ChooseBlockType();
  return matrix;
}

MaybeError PackedMatrix::ReadShapes(const PackedScheme& scheme) {
  const int per_word = kWordBits / scheme.bits;
  for (const SafetensorsTensor* words : {weight_, zeros_}) {
    if (auto error = ExpectWords(*words)) return error;
  }
  const auto& packed = weight_->extents;
  constexpr std::int64_t kMaxPacked = kMaxExtent;
  if (packed.size() != 2 || packed[0] < 1 || packed[1] < 1 || packed[0] > kMaxPacked ||
      packed[1] > kMaxPacked) {
    return Error{ErrorCode::kCorrupt,
                 QuotedTensor(weight_->name) + "expected a matrix, found " + ShapeText(packed)};
  }
  const bool is_awq = scheme.method == PackedScheme::Method::kAwq;
  const auto rows = static_cast<int>(packed[0]), columns = static_cast<int>(packed[1]);
  const std::int64_t inputs = is_awq ? rows : 1LL * rows * per_word;
  const std::int64_t outputs = is_awq ? 1LL * columns * per_word : columns;
  if (inputs > kMaxExtent || outputs > kMaxExtent) {
    return Error{ErrorCode::kTooLarge, QuotedTensor(weight_->name) + "expected sides of at most " +
                                           std::to_string(kMaxExtent) + ", found " +
                                           ShapeText({outputs, inputs})};
  }
  inputs_ = static_cast<int>(inputs);
  outputs_ = static_cast<int>(outputs);
  group_ = scheme.group == 0 ? inputs_ : scheme.group;
  groups_ = (inputs_ + group_ - 1) / group_;
  if (auto error = ExpectShape(*scales_, {groups_, outputs_})) return error;
  return ExpectShape(*zeros_, {groups_, (outputs_ + per_word - 1) / per_word});
}

int PackedMatrix::ZeroAt(int group, int output) const {
  const int per_word = kWordBits / scheme_.bits;
  const auto row_words = static_cast<std::size_t>(zeros_->extents[1]);
  const std::uint32_t word = WordAt(*zeros_, static_cast<std::size_t>(group) * row_words +
                                                 static_cast<std::size_t>(output / per_word));
  const bool is_awq = scheme_.method == PackedScheme::Method::kAwq;
  const int place = is_awq ? AwqPlace(output) : output % per_word;
  const auto stored = static_cast<int>(word >> (place * scheme_.bits) & ((1U << scheme_.bits) - 1));
  return stored + (scheme_.zeros_less_one ? 1 : 0);
}

MaybeError PackedMatrix::ReadFactors() {
  const auto view = ViewOf(*scales_);
  if (!view) return view.error();
  const auto scales = ToFloats(*view);
  if (!scales) return scales.error();
  factors_.reserve(scales->size());
  for (int group = 0; group < groups_; ++group) {
    for (int output = 0; output < outputs_; ++output) {
      const float scale = (*scales)[factors_.size()];
      if (!std::isfinite(scale)) {
        return Error{ErrorCode::kCorrupt, QuotedTensor(scales_->name) +
                                              "expected finite numbers, found NaN or infinity"};
      }
      factors_.push_back({scale, ZeroAt(group, output)});
    }
  }
  return {};
}

MaybeError PackedMatrix::ReadGroups() {
  group_of_.resize(static_cast<std::size_t>(inputs_));
  for (int i = 0; i < inputs_; ++i) group_of_[static_cast<std::size_t>(i)] = i / group_;
  if (group_ids_ == nullptr) return {};
  if (auto error = ExpectWords(*group_ids_)) return error;
  if (auto error = ExpectShape(*group_ids_, {inputs_})) return error;
  for (int i = 0; i < inputs_; ++i) {
    const std::uint32_t group = WordAt(*group_ids_, static_cast<std::size_t>(i));
    if (group >= static_cast<std::uint32_t>(groups_)) {
      return Error{ErrorCode::kCorrupt, QuotedTensor(group_ids_->name) + "expected groups below " +
                                            std::to_string(groups_) + ", found " +
                                            std::to_string(static_cast<std::int32_t>(group)) +
                                            " for input " + std::to_string(i)};
    }
    int& expected = group_of_[static_cast<std::size_t>(i)];
    is_in_order_ = is_in_order_ && static_cast<int>(group) == expected;
    expected = static_cast<int>(group);
  }
  return {};
}

void PackedMatrix::ChooseBlockType() {
  const int middle = 1 << (scheme_.bits - 1);
  const bool is_symmetric =
      std::ranges::all_of(factors_, [&](const Factors& f) { return f.zero == middle; });
  const bool is_f16 = std::ranges::all_of(
      factors_, [](const Factors& f) { return HalfToFloat(FloatToHalf(f.scale)) == f.scale; });
  if (inputs_ % kBlock != 0 || (group_ % kBlock != 0 && group_ != inputs_)) {
    obstacle_ = "groups of " + std::to_string(group_) + " inputs of " + std::to_string(inputs_);
  } else if (!is_in_order_) {
    obstacle_ = "act-order: the inputs of a group are no neighbors";
  } else if (!is_f16) {
    obstacle_ = "scales that float16 does not hold";
  } else if (scheme_.bits == 8 && !is_symmetric) {
    obstacle_ = "8 bits with zeros that are not in the middle";
  } else if (scheme_.bits == 8) {
    block_type_ = DType::kQ8_0;
  } else {
    block_type_ = is_symmetric ? DType::kQ4_0 : DType::kQ4_1;
  }
}

std::vector<std::uint8_t> PackedMatrix::Unpack() const {
  const auto inputs = static_cast<std::size_t>(inputs_);
  const auto columns = static_cast<std::size_t>(weight_->extents[1]);
  const int per_word = kWordBits / scheme_.bits;
  const std::uint32_t mask = (1U << scheme_.bits) - 1;
  const bool is_awq = scheme_.method == PackedScheme::Method::kAwq;
  std::vector<std::uint8_t> quants(inputs * static_cast<std::size_t>(outputs_));
  const auto rows = static_cast<std::size_t>(weight_->extents[0]);
  constexpr std::size_t kAtOnce = 16;  // words of a row: a cache line
  for (std::size_t first = 0; first < columns; first += kAtOnce) {
    const std::size_t last = std::min(columns, first + kAtOnce);
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = first; column < last; ++column) {
        const std::uint32_t word = WordAt(*weight_, row * columns + column);
        for (int i = 0; i < per_word; ++i) {
          const auto step = static_cast<std::size_t>(i);
          const std::size_t output =
              is_awq ? column * 8 + static_cast<std::size_t>(kAwqOrder[step]) : column;
          const std::size_t input = is_awq ? row : row * static_cast<std::size_t>(per_word) + step;
          quants[output * inputs + input] =
              static_cast<std::uint8_t>(word >> (i * scheme_.bits) & mask);
        }
      }
    }
  }
  return quants;
}

void PackedMatrix::WriteBlocks(int output, std::span<const std::uint8_t> quants,
                               std::span<std::byte> row) const {
  const auto block_bytes = static_cast<std::size_t>(InfoOf(block_type_).block_bytes);
  CHECK(block_type_ != DType::kF32 && static_cast<int>(quants.size()) == inputs_ &&
        row.size() == quants.size() / kBlock * block_bytes);
  BlockParts parts;
  for (std::size_t block = 0; block < quants.size() / kBlock; ++block) {
    const Factors& factors = FactorsOf(group_of_[block * kBlock], output);
    parts.scale = FloatToHalf(factors.scale);
    parts.minimum = FloatToHalf(factors.scale * static_cast<float>(factors.zero));
    std::ranges::copy(quants.subspan(block * kBlock, kBlock), parts.quants.begin());
    WriteBlock(block_type_, parts, row.data() + block * block_bytes);
  }
}

void PackedMatrix::Dequantize(int output, std::span<const std::uint8_t> quants,
                              std::span<float> row) const {
  CHECK(quants.size() == row.size() && static_cast<int>(row.size()) == inputs_);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Factors& factors = FactorsOf(group_of_[i], output);
    row[i] = factors.scale * static_cast<float>(int{quants[i]} - factors.zero);
  }
}

}  // namespace edgevlm
