#include "convert/huggingface/safetensors.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "base/byte_reader.h"
#include "convert/huggingface/json.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr std::string_view kMetadata = "__metadata__";

struct StoredType {
  std::string_view name;
  std::uint64_t bytes;         // per value
  std::optional<DType> dtype;  // none: not a type of weights
};

constexpr StoredType kStoredTypes[] = {
    {"F32", 4, DType::kF32},   {"F16", 2, DType::kF16},      {"BF16", 2, DType::kBF16},
    {"F64", 8, std::nullopt},  {"I64", 8, std::nullopt},     {"I32", 4, std::nullopt},
    {"I16", 2, std::nullopt},  {"I8", 1, std::nullopt},      {"U64", 8, std::nullopt},
    {"U32", 4, std::nullopt},  {"U16", 2, std::nullopt},     {"U8", 1, std::nullopt},
    {"BOOL", 1, std::nullopt}, {"F8_E4M3", 1, std::nullopt}, {"F8_E5M2", 1, std::nullopt},
};

const StoredType* FindStoredType(std::string_view name) {
  const auto* found = std::ranges::find(kStoredTypes, name, &StoredType::name);
  return found == std::end(kStoredTypes) ? nullptr : found;
}

Error Corrupt(const std::string& what) { return {ErrorCode::kCorrupt, "safetensors: " + what}; }

// None if it is not an array of integers in range.
std::optional<std::vector<std::int64_t>> ReadNumbers(const json& entry, const char* key) {
  const auto list = entry.find(key);
  if (list == entry.end() || !list->is_array()) return std::nullopt;
  std::vector<std::int64_t> numbers;
  for (const json& number : *list) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > kMax) return std::nullopt;
    numbers.push_back(number.get<std::int64_t>());
  }
  return numbers;
}

// The bytes of a shape; none if they exceed 63 bits.
std::optional<std::uint64_t> BytesFor(const std::vector<std::int64_t>& extents,
                                      std::uint64_t value_bytes) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::uint64_t bytes = value_bytes;
  for (const std::int64_t extent : extents) {
    const auto factor = static_cast<std::uint64_t>(extent);
    if (factor != 0 && bytes > kMax / factor) return std::nullopt;
    bytes *= factor;
  }
  return bytes;
}

Result<SafetensorsTensor> ReadEntry(const std::string& name, const json& entry,
                                    std::span<const std::byte> data) {
  const std::string where = QuotedTensor(name);
  if (name.size() > SafetensorsLimits::kNameBytes) {
    return Error{ErrorCode::kTooLarge, "safetensors: " + where + "expected a name of at most " +
                                           std::to_string(SafetensorsLimits::kNameBytes) +
                                           " bytes, found " + std::to_string(name.size())};
  }
  if (!entry.is_object()) return Corrupt(where + "expected an object, found something else");
  const auto dtype = entry.find("dtype");
  if (dtype == entry.end() || !dtype->is_string()) return Corrupt(where + "expected a dtype");
  const auto& type_name = dtype->get_ref<const std::string&>();
  const StoredType* type = FindStoredType(type_name);
  if (type == nullptr) {
    return Error{ErrorCode::kUnsupported, "safetensors: " + where + "unknown dtype '" +
                                              Printable(type_name, kMaxQuotedName) + "'"};
  }
  auto extents = ReadNumbers(entry, "shape");
  if (!extents || extents->size() > SafetensorsLimits::kRank) {
    return Corrupt(where + "shape: expected at most " + std::to_string(SafetensorsLimits::kRank) +
                   " extents, found something else");
  }
  const auto offsets = ReadNumbers(entry, "data_offsets");
  if (!offsets || offsets->size() != 2 || (*offsets)[0] > (*offsets)[1]) {
    return Corrupt(where + "data_offsets: expected begin and end, found something else");
  }
  const auto begin = static_cast<std::uint64_t>((*offsets)[0]);
  const auto end = static_cast<std::uint64_t>((*offsets)[1]);
  if (end > data.size()) {
    return Corrupt(where + "expected an end <= " + std::to_string(data.size()) + ", found " +
                   std::to_string(end));
  }
  const auto expected = BytesFor(*extents, type->bytes);
  if (!expected || *expected != end - begin) {
    return Corrupt(where + "expected " + (expected ? std::to_string(*expected) : "too many") +
                   " bytes for its shape, found " + std::to_string(end - begin));
  }
  return SafetensorsTensor{.name = name,
                           .dtype = type_name,
                           .extents = *std::move(extents),
                           .bytes = data.subspan(static_cast<std::size_t>(begin),
                                                 static_cast<std::size_t>(end - begin))};
}

// The tensors, sorted by offset, must fill the data.
MaybeError CheckCoverage(const std::vector<SafetensorsTensor>& tensors,
                         std::span<const std::byte> data) {
  const std::byte* next = data.data();
  for (const SafetensorsTensor& tensor : tensors) {
    if (tensor.bytes.data() != next) {
      return Corrupt(QuotedTensor(tensor.name) + "expected to begin at byte " +
                     std::to_string(next - data.data()) + " of the data, found " +
                     std::to_string(tensor.bytes.data() - data.data()));
    }
    next += tensor.bytes.size();
  }
  const auto covered = static_cast<std::size_t>(next - data.data());
  if (covered == data.size()) return std::nullopt;
  return Corrupt("expected " + std::to_string(covered) + " bytes of data, found " +
                 std::to_string(data.size()));
}

}  // namespace

Result<std::vector<SafetensorsTensor>> ParseSafetensors(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  const auto header_bytes = in.Get<std::uint64_t>();
  if (!in.ok()) return Corrupt("header: the file ends inside it");
  if (header_bytes > SafetensorsLimits::kHeaderBytes) {
    return Error{ErrorCode::kTooLarge, "safetensors: header: expected at most " +
                                           std::to_string(SafetensorsLimits::kHeaderBytes) +
                                           " bytes, found " + std::to_string(header_bytes)};
  }
  const std::string_view text = in.Text(header_bytes);
  if (!in.ok()) return Corrupt("header: the file ends inside it");
  const Result<json> header = ParseJson(text, "safetensors: header");
  if (!header) return header.error();
  if (!header->is_object()) return Corrupt("header: expected an object, found something else");
  if (header->size() > SafetensorsLimits::kTensors) {
    return Error{ErrorCode::kTooLarge, "safetensors: header: expected at most " +
                                           std::to_string(SafetensorsLimits::kTensors) +
                                           " tensors, found " + std::to_string(header->size())};
  }
  const std::span<const std::byte> data = in.ReadBytes(in.remaining());
  std::vector<SafetensorsTensor> tensors;
  for (const auto& [name, entry] : header->items()) {
    if (name == kMetadata) continue;
    auto tensor = ReadEntry(name, entry, data);
    if (!tensor) return tensor.error();
    tensors.push_back(*std::move(tensor));
  }
  // Empty tensors come before the tensor with the same offset.
  std::ranges::sort(tensors, [](const SafetensorsTensor& a, const SafetensorsTensor& b) {
    return std::pair(a.bytes.data(), a.bytes.size()) < std::pair(b.bytes.data(), b.bytes.size());
  });
  if (auto error = CheckCoverage(tensors, data)) return *error;
  return tensors;
}

Result<TensorView> ViewOf(const SafetensorsTensor& tensor) {
  const StoredType* type = FindStoredType(tensor.dtype);
  if (type == nullptr || !type->dtype) {
    return Error{ErrorCode::kUnsupported, QuotedTensor(tensor.name) +
                                              "expected F32, F16 or BF16, found " +
                                              Printable(tensor.dtype, kMaxQuotedName)};
  }
  std::vector<std::int64_t> extents = tensor.extents;
  constexpr std::int64_t kMaxMerged = 1 << 30;
  if (extents.size() == kMaxRank + 1 && extents[1] <= kMaxMerged && extents[2] <= kMaxMerged) {
    extents[1] *= extents[2];
    extents.erase(extents.begin() + 2);
  }
  if (extents.empty() || extents.size() > kMaxRank) {
    return Error{ErrorCode::kUnsupported, QuotedTensor(tensor.name) + "expected 1 to " +
                                              std::to_string(kMaxRank + 1) + " extents, found " +
                                              std::to_string(tensor.extents.size())};
  }
  const TensorView view = {.dtype = *type->dtype, .shape = Shape(extents), .bytes = tensor.bytes};
  const auto bytes = BytesOf(view.dtype, view.shape);
  if (!bytes) return Error{bytes.error().code, QuotedTensor(tensor.name) + bytes.error().message};
  return view;
}

}  // namespace edgevlm
