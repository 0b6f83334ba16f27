#include "gguf/value.h"

#include <algorithm>
#include <cstddef>
#include <sstream>

namespace edgevlm {
namespace {

struct Budget {
  int elements;
  int text_bytes;
};

std::string Describe(const std::string& text, const Budget& budget) {
  return '"' + Printable(text, budget.text_bytes) + '"';
}

template <class T>
std::string Describe(const T& value, const Budget&) {
  std::ostringstream text;
  if constexpr (sizeof(T) == 1) {
    text << static_cast<int>(value);
  } else {
    text << value;
  }
  return text.str();
}

template <>
std::string Describe(const bool& value, const Budget&) {
  return value ? "true" : "false";
}

template <class T>
std::string Describe(const std::vector<T>& values, const Budget& budget) {
  const std::size_t shown = std::min(values.size(), static_cast<std::size_t>(budget.elements));
  std::string text = "[";
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += ", ";
    const T& value = values[i];
    text += Describe(value, budget);
  }
  if (shown < values.size()) text += ", ... " + std::to_string(values.size()) + " values";
  return text + "]";
}

}  // namespace

std::string_view NameOf(ValueType type) {
  switch (type) {
    case ValueType::kUint8:
      return "uint8";
    case ValueType::kInt8:
      return "int8";
    case ValueType::kUint16:
      return "uint16";
    case ValueType::kInt16:
      return "int16";
    case ValueType::kUint32:
      return "uint32";
    case ValueType::kInt32:
      return "int32";
    case ValueType::kFloat32:
      return "float32";
    case ValueType::kBool:
      return "bool";
    case ValueType::kString:
      return "string";
    case ValueType::kArray:
      return "array";
    case ValueType::kUint64:
      return "uint64";
    case ValueType::kInt64:
      return "int64";
    case ValueType::kFloat64:
      return "float64";
  }
  return "unknown";
}

std::optional<ValueType> ValueTypeFromId(std::uint32_t id) {
  if (id > static_cast<std::uint32_t>(ValueType::kFloat64)) return std::nullopt;
  return static_cast<ValueType>(id);
}

int BytesOf(ValueType type) {
  switch (type) {
    case ValueType::kUint8:
    case ValueType::kInt8:
    case ValueType::kBool:
      return 1;
    case ValueType::kUint16:
    case ValueType::kInt16:
      return 2;
    case ValueType::kUint32:
    case ValueType::kInt32:
    case ValueType::kFloat32:
      return 4;
    case ValueType::kUint64:
    case ValueType::kInt64:
    case ValueType::kFloat64:
      return 8;
    case ValueType::kString:
    case ValueType::kArray:
      return 0;
  }
  return 0;
}

std::string Printable(std::string_view text, int max_bytes) {
  const auto limit = static_cast<std::size_t>(max_bytes);
  std::string printable(text.substr(0, limit));
  for (char& c : printable) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (text.size() > limit) printable += "...";
  return printable;
}

std::string ToText(const GgufValue& value, int max_elements, int max_text_bytes) {
  const Budget budget{max_elements, max_text_bytes};
  return std::visit([&](const auto& held) { return Describe(held, budget); }, value);
}

}  // namespace edgevlm
