#include "gguf/writer.h"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>

#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

constexpr int kMessageBytes = 80;
constexpr std::uint32_t kVersion = 3;

template <class T>
void Put(std::string& out, T value) {
  static_assert(std::is_arithmetic_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void PutText(std::string& out, std::string_view text) {
  Put(out, static_cast<std::uint64_t>(text.size()));
  out += text;
}

void PutType(std::string& out, ValueType type) { Put(out, static_cast<std::uint32_t>(type)); }

template <class T>
void PutOne(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    PutText(out, value);
  } else if constexpr (std::is_same_v<T, bool>) {
    Put(out, static_cast<std::uint8_t>(value));
  } else {
    Put(out, value);
  }
}

template <class T>
void PutValue(std::string& out, const T& value) {
  PutType(out, ValueTypeOf<T>());
  PutOne(out, value);
}

template <class T>
void PutValue(std::string& out, const std::vector<T>& values) {
  PutType(out, ValueType::kArray);
  PutType(out, ValueTypeOf<T>());
  Put(out, static_cast<std::uint64_t>(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i) PutOne<T>(out, values[i]);
}

// The padding after `size` bytes.
std::uint64_t PaddingAfter(std::uint64_t size) {
  return (kGgufAlignment - size % kGgufAlignment) % kGgufAlignment;
}

Error Invalid(const std::string& what) {
  return Error{ErrorCode::kInvalid, "gguf writer: " + what};
}

template <class Entry>
MaybeError CheckNames(const std::vector<Entry>& entries, std::string_view kind,
                      std::uint64_t max_entries, std::uint64_t max_bytes) {
  if (entries.size() > max_entries) {
    return Invalid("expected at most " + std::to_string(max_entries) + " " + std::string(kind) +
                   "s, found " + std::to_string(entries.size()));
  }
  std::set<std::string_view> names;
  for (const Entry& entry : entries) {
    const std::string where = std::string(kind) + " '" + Printable(entry.name, kMessageBytes) + "'";
    if (entry.name.empty() || entry.name.size() > max_bytes) {
      return Invalid(where + ": expected a name of 1 to " + std::to_string(max_bytes) +
                     " bytes, found " + std::to_string(entry.name.size()));
    }
    if (!names.insert(entry.name).second) return Invalid(where + ": added twice");
  }
  return std::nullopt;
}

bool FitsReader(const std::string& text) { return text.size() <= GgufLimits::kStringBytes; }

template <class T>
bool FitsReader(const T&) {
  return true;
}

template <class T>
bool FitsReader(const std::vector<T>& values) {
  if (values.size() > GgufLimits::kArrayValues) return false;
  if constexpr (std::is_same_v<T, std::string>) {
    return std::all_of(values.begin(), values.end(),
                       [](const std::string& text) { return FitsReader(text); });
  }
  return true;
}

}  // namespace

void GgufWriter::Add(std::string_view key, GgufValue value) {
  keys_.push_back({std::string(key), std::move(value)});
}

void GgufWriter::AddTensor(std::string_view name, DType dtype, const Shape& shape,
                           std::span<const std::byte> bytes) {
  tensors_.push_back({std::string(name), dtype, shape, bytes, nullptr});
}

void GgufWriter::AddTensor(std::string_view name, DType dtype, const Shape& shape, Source source) {
  tensors_.push_back({std::string(name), dtype, shape, {}, std::move(source)});
}

void GgufWriter::AddTensor(std::string_view name, DType dtype, const Shape& shape,
                           std::vector<std::byte>&& bytes) {
  kept_.push_back(std::move(bytes));
  AddTensor(name, dtype, shape, std::span<const std::byte>(kept_.back()));
}

MaybeError GgufWriter::CheckBytes(const Tensor& tensor, std::span<const std::byte> bytes) {
  const auto expected = BytesOf(tensor.dtype, tensor.shape);
  if (expected && *expected == bytes.size()) return std::nullopt;
  return Invalid("tensor '" + Printable(tensor.name, kMessageBytes) + "': expected " +
                 std::to_string(expected ? *expected : 0) + " bytes for " +
                 std::string(NameOf(tensor.dtype)) + " " + tensor.shape.ToString() + ", found " +
                 std::to_string(bytes.size()));
}

MaybeError GgufWriter::Validate() const {
  if (auto error = CheckNames(keys_, "key", GgufLimits::kKeys, GgufLimits::kKeyBytes)) return error;
  if (auto error =
          CheckNames(tensors_, "tensor", GgufLimits::kTensors, GgufLimits::kTensorNameBytes)) {
    return error;
  }
  for (const Key& key : keys_) {
    const std::string where = "key '" + Printable(key.name, kMessageBytes) + "'";
    if (key.name == keys::kAlignment &&
        key.value != GgufValue(static_cast<std::uint32_t>(kGgufAlignment))) {
      return Invalid(where + ": expected uint32 " + std::to_string(kGgufAlignment) + ", found " +
                     ToText(key.value, 1, kMessageBytes));
    }
    if (!std::visit([](const auto& value) { return FitsReader(value); }, key.value)) {
      return Invalid(where + ": the value is longer than readers accept");
    }
  }
  for (const Tensor& tensor : tensors_) {
    const auto expected = BytesOf(tensor.dtype, tensor.shape);
    if (!expected) {
      return Invalid("tensor '" + Printable(tensor.name, kMessageBytes) +
                     "': " + expected.error().message);
    }
    if (tensor.source) continue;
    if (auto error = CheckBytes(tensor, tensor.bytes)) return error;
  }
  return std::nullopt;
}

std::string GgufWriter::Header() const {
  std::string out = "GGUF";
  Put(out, kVersion);
  Put(out, static_cast<std::uint64_t>(tensors_.size()));
  Put(out, static_cast<std::uint64_t>(keys_.size()));
  for (const Key& key : keys_) {
    PutText(out, key.name);
    std::visit([&](const auto& value) { PutValue(out, value); }, key.value);
  }
  std::uint64_t offset = 0;
  for (const Tensor& tensor : tensors_) {
    PutText(out, tensor.name);
    Put(out, static_cast<std::uint32_t>(tensor.shape.rank()));
    for (int axis = tensor.shape.rank() - 1; axis >= 0; --axis) Put(out, tensor.shape[axis]);
    Put(out, static_cast<std::uint32_t>(tensor.dtype));
    Put(out, offset);
    const std::uint64_t size = *BytesOf(tensor.dtype, tensor.shape);
    offset += size + PaddingAfter(size);
  }
  out.append(static_cast<std::size_t>(PaddingAfter(out.size())), '\0');
  return out;
}

MaybeError GgufWriter::Emit(
    const std::function<MaybeError(std::span<const std::byte>)>& append) const {
  static constexpr std::byte kZeros[kGgufAlignment] = {};
  const std::string header = Header();
  if (auto error = append(std::as_bytes(std::span(header)))) return error;
  for (const Tensor& tensor : tensors_) {
    std::span<const std::byte> bytes = tensor.bytes;
    if (tensor.source) {
      const auto made = tensor.source();
      if (!made) return made.error();
      if (auto error = CheckBytes(tensor, *made)) return error;
      bytes = *made;
    }
    if (auto error = append(bytes)) return error;
    const auto padding = static_cast<std::size_t>(PaddingAfter(bytes.size()));
    if (auto error = append(std::span(kZeros).first(padding))) return error;
  }
  return std::nullopt;
}

MaybeError GgufWriter::Write(const std::string& path, Existing existing) const {
  if (auto error = Validate()) return error;
  auto file = OutputFile::Create(path, existing);
  if (!file) return file.error();
  if (auto error = Emit([&](std::span<const std::byte> bytes) { return file->Append(bytes); })) {
    return error;
  }
  return file->Commit();
}

Result<std::vector<std::byte>> GgufWriter::ToBytes() const {
  if (auto error = Validate()) return *error;
  std::vector<std::byte> all;
  const MaybeError failure = Emit([&](std::span<const std::byte> bytes) -> MaybeError {
    all.insert(all.end(), bytes.begin(), bytes.end());
    return std::nullopt;
  });
  if (failure) return *failure;
  return all;
}

}  // namespace edgevlm
