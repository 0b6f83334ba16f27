// The types of GGUF key values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace edgevlm {

// The numbers are those of GGUF.
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

// The type of a C++ scalar of GgufValue.
template <class T>
constexpr ValueType ValueTypeOf() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return ValueType::kUint8;
  if constexpr (std::is_same_v<T, std::int8_t>) return ValueType::kInt8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return ValueType::kUint16;
  if constexpr (std::is_same_v<T, std::int16_t>) return ValueType::kInt16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return ValueType::kUint32;
  if constexpr (std::is_same_v<T, std::int32_t>) return ValueType::kInt32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return ValueType::kUint64;
  if constexpr (std::is_same_v<T, std::int64_t>) return ValueType::kInt64;
  if constexpr (std::is_same_v<T, float>) return ValueType::kFloat32;
  if constexpr (std::is_same_v<T, double>) return ValueType::kFloat64;
  if constexpr (std::is_same_v<T, bool>) return ValueType::kBool;
  if constexpr (std::is_same_v<T, std::string>) return ValueType::kString;
}

// Nothing for an id that GGUF does not have.
std::optional<ValueType> ValueTypeFromId(std::uint32_t id);

// The bytes of one value in a file; 0 for strings and arrays, which store their own length.
int BytesOf(ValueType type);

// Untrusted text, sanitized for a message of one line: at most `max_bytes` of it, then "...";
// control characters become '?'.
std::string Printable(std::string_view text, int max_bytes);

// Human-readable: `7`, `"gpt2"`, `[1, 2, 3, ... 50257 values]`. Shows at most `max_elements` of an
// array and `max_text_bytes` of each string (Printable).
std::string ToText(const GgufValue& value, int max_elements, int max_text_bytes);

}  // namespace edgevlm
