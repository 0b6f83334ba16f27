#include "tensor/dtype.h"

#include <limits>
#include <string>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr DTypeInfo kDTypes[] = {
    {DType::kF32, "F32", 1, 4},           {DType::kF16, "F16", 1, 2},
    {DType::kBF16, "BF16", 1, 2},         {DType::kQ4_0, "Q4_0", 32, 18},
    {DType::kQ4_1, "Q4_1", 32, 20},       {DType::kQ5_0, "Q5_0", 32, 22},
    {DType::kQ5_1, "Q5_1", 32, 24},       {DType::kQ8_0, "Q8_0", 32, 34},
    {DType::kQ2_K, "Q2_K", 256, 84},      {DType::kQ3_K, "Q3_K", 256, 110},
    {DType::kQ4_K, "Q4_K", 256, 144},     {DType::kQ5_K, "Q5_K", 256, 176},
    {DType::kQ6_K, "Q6_K", 256, 210},     {DType::kIQ4_NL, "IQ4_NL", 32, 18},
    {DType::kIQ4_XS, "IQ4_XS", 256, 136},
};

const DTypeInfo* Find(DType dtype) {
  for (const DTypeInfo& info : kDTypes) {
    if (info.dtype == dtype) return &info;
  }
  return nullptr;
}

}  // namespace

std::span<const DTypeInfo> DTypes() { return kDTypes; }

const DTypeInfo& InfoOf(DType dtype) {
  const DTypeInfo* info = Find(dtype);
  CHECK(info != nullptr);
  return *info;
}

std::optional<DType> DTypeFromId(std::uint32_t id) {
  const DTypeInfo* info = Find(static_cast<DType>(id));
  if (info == nullptr) return std::nullopt;
  return info->dtype;
}

Result<std::uint64_t> ValuesOf(const Shape& shape) {
  const std::string where = "shape " + shape.ToString();
  if (shape.rank() == 0) {
    return Error{ErrorCode::kCorrupt, where + ": expected 1 to 4 extents, found none"};
  }
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t values = 1;
  for (const std::int64_t extent : shape.extents()) {
    if (extent < 1) {
      return Error{ErrorCode::kCorrupt,
                   where + ": expected extents of at least 1, found " + std::to_string(extent)};
    }
    if (static_cast<std::uint64_t>(extent) > kMost / values) {
      return Error{ErrorCode::kTooLarge, where + ": more than 2^63 - 1 values"};
    }
    values *= static_cast<std::uint64_t>(extent);
  }
  return values;
}

Result<std::uint64_t> BytesOf(DType dtype, const Shape& shape) {
  const auto values = ValuesOf(shape);
  if (!values) return values.error();
  const DTypeInfo& info = InfoOf(dtype);
  if (shape.last() % info.block_values != 0) {
    return Error{ErrorCode::kCorrupt,
                 "shape " + shape.ToString() + ": expected the last extent to be a multiple of " +
                     std::to_string(info.block_values) + " (" + std::string(info.name) +
                     "), found " + std::to_string(shape.last())};
  }
  const std::uint64_t blocks = *values / static_cast<std::uint64_t>(info.block_values);
  const auto block_bytes = static_cast<std::uint64_t>(info.block_bytes);
  if (blocks > std::numeric_limits<std::uint64_t>::max() / block_bytes) {
    return Error{ErrorCode::kTooLarge, "shape " + shape.ToString() + ": more than 2^64 - 1 bytes"};
  }
  return blocks * block_bytes;
}

}  // namespace edgevlm
