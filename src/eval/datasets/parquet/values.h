// The values of Parquet's pages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "eval/datasets/parquet/metadata.h"

namespace edgevlm {

// A null, a boolean, an integer, a number, or bytes (which a writer may have meant as UTF-8).
using ParquetValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

// Appends `count` values in the encoding PLAIN. Errors: kCorrupt (the bytes end before),
// kUnsupported (INT96, FIXED_LEN_BYTE_ARRAY).
MaybeError ReadPlainValues(ByteReader& bytes, ParquetType type, std::size_t count,
                           std::vector<ParquetValue>& values);

// The memory of a value's bytes.
std::size_t SizeOf(const ParquetValue& value);

}  // namespace edgevlm
