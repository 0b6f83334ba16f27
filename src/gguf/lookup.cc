// The look-ups of GgufFile. Parse has already checked that all payloads are complete.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/byte_reader.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

constexpr int kMessageBytes = 80;

template <class Entry>
const Entry* Find(const std::vector<Entry>& entries, const std::vector<std::uint32_t>& by_name,
                  std::string_view name) {
  const auto found =
      std::lower_bound(by_name.begin(), by_name.end(), name,
                       [&](std::uint32_t i, std::string_view n) { return entries[i].name < n; });
  if (found == by_name.end() || entries[*found].name != name) return nullptr;
  return &entries[*found];
}

std::string KeyLabel(std::string_view name) {
  return "gguf: key '" + Printable(name, kMessageBytes) + "'";
}

Error Unexpected(const GgufKey& key, std::string_view expected, const std::string& found) {
  return Error{ErrorCode::kInvalid,
               KeyLabel(key.name) + ": expected " + std::string(expected) + ", found " + found};
}

bool IsInteger(ValueType type) {
  return type != ValueType::kFloat32 && type != ValueType::kFloat64 && type != ValueType::kBool &&
         type != ValueType::kString;
}

bool IsFloat(ValueType type) { return type == ValueType::kFloat32 || type == ValueType::kFloat64; }
bool IsBool(ValueType type) { return type == ValueType::kBool; }
bool IsString(ValueType type) { return type == ValueType::kString; }

// The key, if it exists and has the type that the caller can read; `expected` names that type.
Result<const GgufKey*> Need(const GgufFile& file, std::string_view name, bool is_array,
                            bool (*fits)(ValueType), std::string_view expected) {
  const GgufKey* key = file.FindKey(name);
  if (key == nullptr) return Error{ErrorCode::kNotFound, KeyLabel(name) + ": not in the file"};
  if (key->is_array != is_array || !fits(key->type)) {
    const std::string type(NameOf(key->type));
    return Unexpected(*key, expected, key->is_array ? "an array of " + type : type);
  }
  return key;
}

// The next value of an array or scalar, in its own type.
template <class T>
T Next(ByteReader& in) {
  if constexpr (std::is_same_v<T, bool>) {
    return in.Get<std::uint8_t>() != 0;
  } else if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>) {
    const auto length = in.Get<std::uint64_t>();
    return T(in.Text(length));
  } else {
    return in.Get<T>();
  }
}

// Calls `visit` with a value of the C++ type that corresponds to `type`.
template <class Visit>
auto WithType(ValueType type, Visit visit) {
  switch (type) {
    case ValueType::kUint8:
      return visit(std::uint8_t{});
    case ValueType::kInt8:
      return visit(std::int8_t{});
    case ValueType::kUint16:
      return visit(std::uint16_t{});
    case ValueType::kInt16:
      return visit(std::int16_t{});
    case ValueType::kUint32:
      return visit(std::uint32_t{});
    case ValueType::kInt32:
      return visit(std::int32_t{});
    case ValueType::kUint64:
      return visit(std::uint64_t{});
    case ValueType::kInt64:
      return visit(std::int64_t{});
    case ValueType::kFloat32:
      return visit(float{});
    case ValueType::kFloat64:
      return visit(double{});
    case ValueType::kBool:
      return visit(bool{});
    case ValueType::kString:
    case ValueType::kArray:  // never the type of a value
      break;
  }
  return visit(std::string{});
}

Result<int> NextInt(const GgufKey& key, ByteReader& in) {
  return WithType(key.type, [&](auto kind) -> Result<int> {
    using T = decltype(kind);
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const T value = Next<T>(in);
      if (std::in_range<int>(value)) return static_cast<int>(value);
      return Unexpected(key, "an integer of 32 bits", std::to_string(value));
    } else {
      return Unexpected(key, "an integer", std::string(NameOf(key.type)));
    }
  });
}

float NextFloat(const GgufKey& key, ByteReader& in) {
  if (key.type == ValueType::kFloat32) return Next<float>(in);
  return static_cast<float>(Next<double>(in));
}

// All values of an array whose type is T.
template <class T>
std::vector<T> All(const GgufKey& key) {
  ByteReader in(key.payload);
  std::vector<T> values;
  values.reserve(static_cast<std::size_t>(key.count));
  for (std::uint64_t i = 0; i < key.count; ++i) values.push_back(Next<T>(in));
  return values;
}

}  // namespace

const GgufKey* GgufFile::FindKey(std::string_view name) const {
  return Find(keys_, keys_by_name_, name);
}

const GgufTensor* GgufFile::FindTensor(std::string_view name) const {
  return Find(tensors_, tensors_by_name_, name);
}

Result<int> GgufFile::Int(std::string_view name) const {
  const auto key = Need(*this, name, false, IsInteger, "an integer");
  if (!key) return key.error();
  ByteReader in((*key)->payload);
  return NextInt(**key, in);
}

Result<float> GgufFile::Float(std::string_view name) const {
  const auto key = Need(*this, name, false, IsFloat, "a float");
  if (!key) return key.error();
  ByteReader in((*key)->payload);
  const float value = NextFloat(**key, in);
  if (!std::isfinite(value)) return Unexpected(**key, "a finite float", std::to_string(value));
  return value;
}

Result<bool> GgufFile::Bool(std::string_view name) const {
  const auto key = Need(*this, name, false, IsBool, "a bool");
  if (!key) return key.error();
  ByteReader in((*key)->payload);
  return Next<bool>(in);
}

Result<std::string_view> GgufFile::String(std::string_view name) const {
  const auto key = Need(*this, name, false, IsString, "a string");
  if (!key) return key.error();
  ByteReader in((*key)->payload);
  return Next<std::string_view>(in);
}

Result<std::vector<int>> GgufFile::Ints(std::string_view name) const {
  const auto key = Need(*this, name, true, IsInteger, "an array of integers");
  if (!key) return key.error();
  ByteReader in((*key)->payload);
  std::vector<int> values;
  values.reserve(static_cast<std::size_t>((*key)->count));
  for (std::uint64_t i = 0; i < (*key)->count; ++i) {
    const auto value = NextInt(**key, in);
    if (!value) return value.error();
    values.push_back(*value);
  }
  return values;
}

Result<std::vector<float>> GgufFile::Floats(std::string_view name) const {
  const auto key = Need(*this, name, true, IsFloat, "an array of floats");
  if (!key) return key.error();
  ByteReader in((*key)->payload);
  std::vector<float> values(static_cast<std::size_t>((*key)->count));
  for (float& value : values) value = NextFloat(**key, in);
  return values;
}

Result<std::vector<bool>> GgufFile::Bools(std::string_view name) const {
  const auto key = Need(*this, name, true, IsBool, "an array of bools");
  if (!key) return key.error();
  return All<bool>(**key);
}

Result<std::vector<std::string_view>> GgufFile::Strings(std::string_view name) const {
  const auto key = Need(*this, name, true, IsString, "an array of strings");
  if (!key) return key.error();
  return All<std::string_view>(**key);
}

Result<int> GgufFile::Int(std::string_view name, int fallback) const {
  return HasKey(name) ? Int(name) : fallback;
}

Result<float> GgufFile::Float(std::string_view name, float fallback) const {
  return HasKey(name) ? Float(name) : fallback;
}

Result<bool> GgufFile::Bool(std::string_view name, bool fallback) const {
  return HasKey(name) ? Bool(name) : fallback;
}

Result<std::string_view> GgufFile::String(std::string_view name, std::string_view fallback) const {
  return HasKey(name) ? String(name) : fallback;
}

GgufValue GgufFile::Value(const GgufKey& key) const {
  return WithType(key.type, [&](auto kind) -> GgufValue {
    using T = decltype(kind);
    if (key.is_array) return All<T>(key);
    ByteReader in(key.payload);
    return Next<T>(in);
  });
}

Result<TensorView> GgufFile::Tensor(std::string_view name) const {
  const GgufTensor* tensor = FindTensor(name);
  if (tensor == nullptr) {
    return Error{ErrorCode::kNotFound,
                 "gguf: tensor '" + Printable(name, kMessageBytes) + "': not in the file"};
  }
  return tensor->view;
}

Result<TensorView> GgufFile::Tensor(std::string_view name, const Shape& expected) const {
  auto view = Tensor(name);
  if (!view) return view;
  if (!view->shape.SameUpToLeadingOnes(expected)) {
    return Error{ErrorCode::kInvalid, "gguf: tensor '" + Printable(name, kMessageBytes) +
                                          "': expected " + expected.ToString() + ", found " +
                                          view->shape.ToString()};
  }
  view->shape = expected;
  return view;
}

}  // namespace edgevlm
