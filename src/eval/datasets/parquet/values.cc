#include "eval/datasets/parquet/values.h"

namespace edgevlm {
namespace {

// Booleans are bits, the lowest first.
void ReadBits(ByteReader& bytes, std::size_t count, std::vector<ParquetValue>& values) {
  const auto bits = bytes.ReadBytes((count + 7) / 8);
  for (std::size_t i = 0; i < count && !bits.empty(); ++i) {
    values.emplace_back((std::to_integer<unsigned>(bits[i / 8]) >> (i % 8) & 1u) != 0);
  }
}

ParquetValue ReadValue(ByteReader& bytes, ParquetType type) {
  switch (type) {
    case ParquetType::kInt32:
      return std::int64_t{bytes.Get<std::int32_t>()};
    case ParquetType::kInt64:
      return bytes.Get<std::int64_t>();
    case ParquetType::kFloat:
      return static_cast<double>(bytes.Get<float>());
    case ParquetType::kDouble:
      return bytes.Get<double>();
    default:
      return std::string(bytes.Text(bytes.Get<std::uint32_t>()));
  }
}

bool IsSupported(ParquetType type) {
  switch (type) {
    case ParquetType::kBoolean:
    case ParquetType::kInt32:
    case ParquetType::kInt64:
    case ParquetType::kFloat:
    case ParquetType::kDouble:
    case ParquetType::kByteArray:
      return true;
    default:
      return false;
  }
}

}  // namespace

MaybeError ReadPlainValues(ByteReader& bytes, ParquetType type, std::size_t count,
                           std::vector<ParquetValue>& values) {
  if (!IsSupported(type)) {
    return Error{ErrorCode::kUnsupported,
                 "type: expected numbers, booleans or BYTE_ARRAY, found " + NameOf(type)};
  }
  if (type == ParquetType::kBoolean) {
    ReadBits(bytes, count, values);
  } else {
    for (std::size_t i = 0; i < count && bytes.ok(); ++i) {
      values.push_back(ReadValue(bytes, type));
    }
  }
  if (bytes.ok()) return {};
  return Error{ErrorCode::kCorrupt, "page: expected " + std::to_string(count) + " values of type " +
                                        NameOf(type) + ", found the end of its bytes"};
}

std::size_t SizeOf(const ParquetValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return sizeof(value) + (text == nullptr ? 0 : text->size());
}

}  // namespace edgevlm
