#include "convert/huggingface/torch_file.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

using Kind = PickleValue::Kind;

// Of ZIP's records (APPNOTE.TXT, 4.3): local header, central directory, its end.
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr std::size_t kEndBytes = 22, kMostCommentBytes = 0xFFFF;
constexpr std::uint32_t kInOtherRecord = 0xFFFFFFFF;  // ZIP64

Error Corrupt(const std::string& what) { return {ErrorCode::kCorrupt, "torch: " + what}; }
Error Unsupported(const std::string& what) { return {ErrorCode::kUnsupported, "torch: " + what}; }

struct Directory {
  int entries = 0;
  std::uint32_t offset = 0;
};

Result<Directory> FindDirectory(std::span<const std::byte> file) {
  if (file.size() < kEndBytes) return Corrupt("expected a ZIP archive, found fewer bytes");
  const std::size_t last = file.size() - kEndBytes;
  const std::size_t first = last - std::min(last, kMostCommentBytes);
  for (std::size_t at = last + 1; at > first; --at) {
    ByteReader in(file.subspan(at - 1));
    if (in.Get<std::uint32_t>() != kEnd) continue;
    in.ReadBytes(6);
    const int entries = in.Get<std::uint16_t>();
    in.ReadBytes(4);
    return Directory{.entries = entries, .offset = in.Get<std::uint32_t>()};
  }
  return Corrupt("expected the directory of a ZIP archive, found none");
}

// The bytes of an entry, behind its local header.
Result<std::span<const std::byte>> BytesAt(std::span<const std::byte> file, std::uint32_t offset,
                                           std::uint32_t size) {
  constexpr std::size_t kNameSizeAt = 26;
  if (offset > file.size()) return Corrupt("entry: expected its place in the file, found outside");
  ByteReader in(file.subspan(offset));
  const bool is_local = in.Get<std::uint32_t>() == kLocal;
  in.ReadBytes(kNameSizeAt - sizeof(kLocal));
  const std::uint32_t name = in.Get<std::uint16_t>(), extra = in.Get<std::uint16_t>();
  in.ReadBytes(name + extra);
  const auto bytes = in.ReadBytes(size);
  if (!is_local || !in.ok()) return Corrupt("entry: expected its bytes, found fewer");
  return bytes;
}

}  // namespace

bool IsTorchFile(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  return in.Get<std::uint32_t>() == kLocal && in.ok();
}

Result<TorchFile> TorchFile::Parse(std::span<const std::byte> bytes) {
  const Result<Directory> directory = FindDirectory(bytes);
  if (!directory) return directory.error();
  if (directory->entries > TorchFileLimits::kEntries) {
    return Error{ErrorCode::kTooLarge, "torch: expected at most " +
                                           std::to_string(TorchFileLimits::kEntries) +
                                           " entries, found " + std::to_string(directory->entries)};
  }
  if (directory->offset == kInOtherRecord) return Unsupported("expected a file below 4 GiB");
  if (directory->offset > bytes.size()) return Corrupt("directory: expected inside the file");
  ByteReader in(bytes.subspan(directory->offset));
  Entries entries;
  for (int i = 0; i < directory->entries; ++i) {
    const bool is_entry = in.Get<std::uint32_t>() == kCentral;
    in.ReadBytes(6);
    const auto method = in.Get<std::uint16_t>();
    in.ReadBytes(8);
    const auto packed = in.Get<std::uint32_t>(), size = in.Get<std::uint32_t>();
    const std::uint32_t name_bytes = in.Get<std::uint16_t>();
    const std::uint32_t extra = in.Get<std::uint16_t>(), comment = in.Get<std::uint16_t>();
    in.ReadBytes(8);
    const auto offset = in.Get<std::uint32_t>();
    std::string name(in.Text(name_bytes));
    in.ReadBytes(extra + comment);
    if (!is_entry || !in.ok()) return Corrupt("directory: expected an entry, found another record");
    if (method != 0 || packed != size || size == kInOtherRecord || offset == kInOtherRecord) {
      return Unsupported("entry '" + Printable(name, kMaxQuotedName) +
                         "': expected stored bytes below 4 GiB, found another form");
    }
    const auto found = BytesAt(bytes, offset, size);
    if (!found) return found.error();
    entries.emplace(std::move(name), *found);
  }
  constexpr std::string_view kPickle = "/data.pkl";
  const auto main = std::ranges::find_if(
      entries, [&](const auto& entry) { return entry.first.ends_with(kPickle); });
  if (main == entries.end()) return Corrupt("expected an entry data.pkl, found none");
  auto pickle = Pickle::Parse(main->second);
  if (!pickle) return pickle.error();
  std::string prefix = main->first.substr(0, main->first.size() - kPickle.size());
  return TorchFile(std::move(entries), *std::move(pickle), std::move(prefix));
}

namespace {

struct DataType {
  std::string_view storage;
  const char* name;
  std::uint64_t bytes;
};
constexpr DataType kTypes[] = {{"torch\nHalfStorage", "F16", 2},
                               {"torch\nFloatStorage", "F32", 4},
                               {"torch\nBFloat16Storage", "BF16", 2}};

// Positive whole numbers; nothing for other values.
std::optional<std::vector<std::int64_t>> NumbersOf(const Pickle& pickle, const PickleValue& value) {
  if (value.kind != Kind::kTuple || value.items.size() > TorchFileLimits::kRank) {
    return std::nullopt;
  }
  std::vector<std::int64_t> numbers;
  for (const std::uint32_t item : value.items) {
    const PickleValue& number = pickle.at(item);
    if (number.kind != Kind::kInt || number.number < 1) return std::nullopt;
    numbers.push_back(number.number);
  }
  return numbers;
}

bool IsContiguous(const std::vector<std::int64_t>& extents,
                  const std::vector<std::int64_t>& strides) {
  std::int64_t expected = 1;
  for (std::size_t i = extents.size(); i > 0; --i) {
    // The stride of a single row does not matter.
    if (extents[i - 1] != 1 && strides[i - 1] != expected) return false;
    if (__builtin_mul_overflow(expected, extents[i - 1], &expected)) return false;
  }
  return true;
}

}  // namespace

Result<SafetensorsTensor> TorchFile::TensorOf(const PickleValue& value, std::string name) const {
  constexpr std::size_t kTensorItems = 4, kStorageItems = 3;
  const std::string where = "tensor '" + Printable(name, kMaxQuotedName) + "': ";
  if (value.kind != Kind::kTensor || value.items.size() < kTensorItems) {
    return Corrupt(where + "expected a tensor, found another value");
  }
  const PickleValue& storage = pickle_.at(value.items[0]);
  const PickleValue& offset = pickle_.at(value.items[1]);
  const auto extents = NumbersOf(pickle_, pickle_.at(value.items[2]));
  const auto strides = NumbersOf(pickle_, pickle_.at(value.items[3]));
  if (storage.kind != Kind::kStorage || storage.items.size() < kStorageItems ||
      offset.kind != Kind::kInt || offset.number < 0 || !extents || !strides ||
      extents->size() != strides->size()) {
    return Corrupt(where + "expected a storage, an offset and a shape, found other values");
  }
  const PickleValue& type = pickle_.at(storage.items[1]);
  const auto known = std::ranges::find(kTypes, type.text, &DataType::storage);
  if (type.kind != Kind::kGlobal || known == std::end(kTypes)) {
    return Unsupported(where + "expected float16, bfloat16 or float32, found another type");
  }
  if (!IsContiguous(*extents, *strides)) {
    return Unsupported(where + "expected rows one after the other, found another order");
  }
  const auto entry =
      entries_.find(prefix_ + "/data/" + std::string(pickle_.at(storage.items[2]).text));
  std::uint64_t count = 1, begin = 0, end = 0;
  for (const std::int64_t extent : *extents) {
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count)) count = 0;
  }
  const bool fits =
      entry != entries_.end() && count > 0 &&
      !__builtin_mul_overflow(static_cast<std::uint64_t>(offset.number), known->bytes, &begin) &&
      !__builtin_mul_overflow(count, known->bytes, &end) &&
      !__builtin_add_overflow(begin, end, &end) && end <= entry->second.size();
  if (!fits) return Corrupt(where + "expected as many bytes as its shape needs, found fewer");
  return SafetensorsTensor{.name = std::move(name),
                           .dtype = known->name,
                           .extents = *extents,
                           .bytes = entry->second.subspan(begin, end - begin)};
}

}  // namespace edgevlm
