// The types of GGUF key values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace edgevlm {

// The numbers are GGUF's own.
enum class ValueType : std::uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

// A value of a key, with its own memory: a scalar, or an array of scalars.
using GgufValue =
    std::variant<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t,
                 std::int32_t, std::uint64_t, std::int64_t, float, double, bool, std::string,
                 std::vector<std::uint8_t>, std::vector<std::int8_t>, std::vector<std::uint16_t>,
                 std::vector<std::int16_t>, std::vector<std::uint32_t>, std::vector<std::int32_t>,
                 std::vector<std::uint64_t>, std::vector<std::int64_t>, std::vector<float>,
                 std::vector<double>, std::vector<bool>, std::vector<std::string>>;

// "int32", "string", "array".
std::string_view NameOf(ValueType type);

// Nothing for an id that GGUF does not have.
std::optional<ValueType> ValueTypeFromId(std::uint32_t id);

// The bytes of one value in a file; 0 for strings and arrays, which say their own length.
int BytesOf(ValueType type);

// For people: `7`, `"gpt2"`, `[1, 2, 3, ... 50257 values]`. Shows at most `max_elements` of an
// array and `max_text_bytes` of each string; control characters become '?'.
std::string ToText(const GgufValue& value, int max_elements, int max_text_bytes);

}  // namespace edgevlm
