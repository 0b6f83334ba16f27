#include "gguf/reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "base/byte_reader.h"
#include "base/checked_copy.h"
#include "base/file_kind.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::string_view kSwappedMagic = "FUGG";
constexpr std::uint64_t kDefaultAlignment = 32;
constexpr int kMessageBytes = 80;  // of a name from the file, in a message

Error Corrupt(const std::string& what) { return Error{ErrorCode::kCorrupt, "gguf: " + what}; }

Error TooLarge(const std::string& where, std::string_view unit, std::uint64_t limit,
               std::uint64_t found) {
  return Error{ErrorCode::kTooLarge, "gguf: " + where + ": expected at most " +
                                         std::to_string(limit) + " " + std::string(unit) +
                                         ", found " + std::to_string(found)};
}

Error Unsupported(const std::string& what) {
  return Error{ErrorCode::kUnsupported, "gguf: " + what};
}

struct Header {
  std::uint32_t version = 0;
  std::uint64_t tensor_count = 0;
  std::uint64_t key_count = 0;
};

// bytes: what `in` reads.
Result<Header> ReadHeader(ByteReader& in, std::span<const std::byte> bytes) {
  const std::string_view magic = in.Text(std::min(kMagic.size(), bytes.size()));
  if (magic == kSwappedMagic) return Unsupported("header: a big-endian file");
  if (!kMagic.starts_with(magic)) {
    return Corrupt("header: expected a GGUF file, found " + DescribeFile(bytes));
  }
  Header header;
  header.version = in.Get<std::uint32_t>();
  header.tensor_count = in.Get<std::uint64_t>();
  header.key_count = in.Get<std::uint64_t>();
  if (!in.ok()) return Corrupt("header: file ends inside it");
  // Big-endian files keep the magic and swap all numbers: version 3 reads as 3 << 24.
  if ((header.version & 0xffffu) == 0 && header.version != 0) {
    return Unsupported("header: a big-endian file");
  }
  if (header.version != 2 && header.version != 3) {
    return Unsupported("header: expected version 2 or 3, found " + std::to_string(header.version));
  }
  if (header.key_count > GgufLimits::kKeys) {
    return TooLarge("header", "keys", GgufLimits::kKeys, header.key_count);
  }
  if (header.tensor_count > GgufLimits::kTensors) {
    return TooLarge("header", "tensors", GgufLimits::kTensors, header.tensor_count);
  }
  return header;
}

// `where` names the key or tensor by its number: "key 17".
Result<std::string_view> ReadName(ByteReader& in, std::uint64_t limit, const std::string& where) {
  const auto length = in.Get<std::uint64_t>();
  if (length > limit) return TooLarge(where + ": name", "bytes", limit, length);
  const std::string_view name = in.Text(length);
  if (!in.ok()) return Corrupt(where + ": file ends inside its name");
  if (name.empty()) return Corrupt(where + ": expected a name, found an empty one");
  return name;
}

std::string KeyPlace(std::string_view name) {
  return "key '" + Printable(name, kMessageBytes) + "'";
}

std::string TensorPlace(std::string_view name) {
  return "tensor '" + Printable(name, kMessageBytes) + "'";
}

Result<ValueType> ReadValueType(ByteReader& in, std::string_view key) {
  const auto id = in.Get<std::uint32_t>();
  if (!in.ok()) return Corrupt(KeyPlace(key) + ": file ends inside its type");
  const auto type = ValueTypeFromId(id);
  if (!type) {
    return Corrupt(KeyPlace(key) + ": expected a value type from 0 to 12, found " +
                   std::to_string(id));
  }
  return *type;
}

// Advances `in` past the values of `key`, with all checks that need no copy of them.
MaybeError SkipValues(ByteReader& in, const GgufKey& key) {
  if (key.type == ValueType::kString) {
    for (std::uint64_t i = 0; i < key.count && in.ok(); ++i) {
      const auto length = in.Get<std::uint64_t>();
      if (length > GgufLimits::kStringBytes) {
        return TooLarge(KeyPlace(key.name) + ": string", "bytes", GgufLimits::kStringBytes, length);
      }
      (void)in.ReadBytes(length);
    }
  } else {
    const auto values = in.ReadBytes(key.count * static_cast<std::uint64_t>(BytesOf(key.type)));
    if (key.type == ValueType::kBool) {
      for (const std::byte value : values) {
        if (value > std::byte{1}) {
          return Corrupt(KeyPlace(key.name) + ": expected a bool of 0 or 1, found " +
                         std::to_string(std::to_integer<int>(value)));
        }
      }
    }
  }
  if (!in.ok()) return Corrupt(KeyPlace(key.name) + ": file ends inside its value");
  return std::nullopt;
}

Result<GgufKey> ReadKey(ByteReader& in, std::span<const std::byte> file, std::uint64_t number) {
  const auto name = ReadName(in, GgufLimits::kKeyBytes, "key " + std::to_string(number));
  if (!name) return name.error();
  auto type = ReadValueType(in, *name);
  if (!type) return type.error();
  GgufKey key{*name, *type, *type == ValueType::kArray, 1, {}};
  if (key.is_array) {
    type = ReadValueType(in, *name);
    if (!type) return type.error();
    if (*type == ValueType::kArray) return Unsupported(KeyPlace(*name) + ": an array of arrays");
    key.type = *type;
    key.count = in.Get<std::uint64_t>();
    if (key.count > GgufLimits::kArrayValues) {
      return TooLarge(KeyPlace(*name) + ": array", "values", GgufLimits::kArrayValues, key.count);
    }
  }
  const std::size_t start = in.position();
  if (auto error = SkipValues(in, key)) return *error;
  key.payload = file.subspan(start, in.position() - start);
  return key;
}

// A tensor as described in the file, its offset not yet checked.
struct TensorEntry {
  std::string_view name;
  DType dtype;
  Shape shape;
  std::uint64_t bytes;
  std::uint64_t offset;  // from the start of the data section
};

Result<Shape> ReadShape(ByteReader& in, std::string_view name) {
  const auto rank = in.Get<std::uint32_t>();
  if (in.ok() && (rank < 1 || rank > kMaxRank)) {
    return Corrupt(TensorPlace(name) + ": expected 1 to 4 dimensions, found " +
                   std::to_string(rank));
  }
  std::array<std::int64_t, kMaxRank> extents{};
  for (std::size_t axis = rank; in.ok() && axis-- > 0;) {
    const auto extent = in.Get<std::uint64_t>();
    if (in.ok() && (extent < 1 || !std::in_range<std::int64_t>(extent))) {
      return Corrupt(TensorPlace(name) + ": expected dimensions of at least 1, found " +
                     std::to_string(static_cast<std::int64_t>(extent)));
    }
    extents[axis] = static_cast<std::int64_t>(extent);
  }
  if (!in.ok()) return Corrupt(TensorPlace(name) + ": file ends inside its description");
  return Shape(std::span<const std::int64_t>(extents.data(), rank));
}

Result<TensorEntry> ReadTensor(ByteReader& in, std::uint64_t number) {
  const auto name = ReadName(in, GgufLimits::kTensorNameBytes, "tensor " + std::to_string(number));
  if (!name) return name.error();
  const auto shape = ReadShape(in, *name);
  if (!shape) return shape.error();
  const auto id = in.Get<std::uint32_t>();
  const auto offset = in.Get<std::uint64_t>();
  if (!in.ok()) return Corrupt(TensorPlace(*name) + ": file ends inside its description");
  const auto dtype = DTypeFromId(id);
  if (!dtype) return Unsupported(TensorPlace(*name) + ": data type " + std::to_string(id));
  const auto bytes = BytesOf(*dtype, *shape);
  if (!bytes) {
    return bytes.error().In("gguf: " + TensorPlace(*name));
  }
  return TensorEntry{*name, *dtype, *shape, *bytes, offset};
}

Result<std::uint64_t> AlignmentOf(const GgufFile& file) {
  const auto alignment = file.Int(keys::kAlignment, static_cast<int>(kDefaultAlignment));
  if (!alignment) return alignment.error();
  const auto value = static_cast<std::uint64_t>(*alignment);
  if (*alignment < 0 || !std::has_single_bit(value) || value < GgufLimits::kMinAlignment ||
      value > GgufLimits::kMaxAlignment) {
    return Corrupt(KeyPlace(keys::kAlignment) + ": expected a power of two from " +
                   std::to_string(GgufLimits::kMinAlignment) + " to " +
                   std::to_string(GgufLimits::kMaxAlignment) + ", found " +
                   std::to_string(*alignment));
  }
  return value;
}

// The tensor's bytes in `data`, the part of the file after the padded descriptions.
Result<GgufTensor> LocateTensor(const TensorEntry& entry, std::span<const std::byte> data,
                                std::uint64_t alignment) {
  if (entry.offset % alignment != 0) {
    return Corrupt(TensorPlace(entry.name) + ": expected an offset that is a multiple of " +
                   std::to_string(alignment) + ", found " + std::to_string(entry.offset));
  }
  if (entry.offset > data.size() || entry.bytes > data.size() - entry.offset) {
    return Corrupt(TensorPlace(entry.name) + ": expected " + std::to_string(entry.bytes) +
                   " bytes at offset " + std::to_string(entry.offset) +
                   ", found a data section of " + std::to_string(data.size()));
  }
  const auto bytes =
      data.subspan(static_cast<std::size_t>(entry.offset), static_cast<std::size_t>(entry.bytes));
  return GgufTensor{entry.name, {entry.dtype, entry.shape, bytes}};
}

MaybeError FindOverlap(std::span<const GgufTensor> tensors) {
  std::vector<const GgufTensor*> by_place;
  for (const GgufTensor& tensor : tensors) by_place.push_back(&tensor);
  std::sort(by_place.begin(), by_place.end(), [](const GgufTensor* a, const GgufTensor* b) {
    return a->view.bytes.data() < b->view.bytes.data();
  });
  for (std::size_t i = 1; i < by_place.size(); ++i) {
    const auto previous = by_place[i - 1]->view.bytes;
    if (previous.data() + previous.size() > by_place[i]->view.bytes.data()) {
      return Corrupt(TensorPlace(by_place[i]->name) + ": overlaps " +
                     TensorPlace(by_place[i - 1]->name));
    }
  }
  return std::nullopt;
}

// Indices of `entries` sorted by name, or an error that names a duplicate.
template <class Entry, class Label>
Result<std::vector<std::uint32_t>> IndexByName(const std::vector<Entry>& entries, Label label) {
  std::vector<std::uint32_t> index(entries.size());
  std::iota(index.begin(), index.end(), 0u);
  std::sort(index.begin(), index.end(),
            [&](std::uint32_t a, std::uint32_t b) { return entries[a].name < entries[b].name; });
  for (std::size_t i = 1; i < index.size(); ++i) {
    const std::string_view name = entries[index[i]].name;
    if (name == entries[index[i - 1]].name) return Corrupt(label(name) + ": occurs twice");
  }
  return index;
}

}  // namespace

Result<GgufFile> GgufFile::ParsePart(std::span<const std::byte> bytes) {
  // The length of the part before the data is known only after reading it: the copy grows until it
  // holds all of it.
  constexpr std::size_t kFirstCopyBytes = 1 << 20, kGrowth = 8;
  const std::size_t max_size = std::min<std::size_t>(bytes.size(), GgufLimits::kMetadataBytes);
  for (std::size_t size = std::min(kFirstCopyBytes, max_size);;
       size = std::min(size * kGrowth, max_size)) {
    GgufFile file;
    std::vector<std::byte>& metadata = file.metadata_.emplace_back(size);
    if (!CheckedCopy(bytes.first(size), metadata.data())) {
      return Error{ErrorCode::kIo, "gguf: header: expected " + std::to_string(size) +
                                       " bytes, found the file cut short while it was read"};
    }
    ByteReader in(metadata);
    const MaybeError error = file.Read(in, metadata, bytes);
    if (!error) return file;
    const bool is_short = !in.ok() && size < bytes.size();
    if (!is_short) return *error;
    if (size == max_size) {
      return TooLarge("header", "bytes before the data", GgufLimits::kMetadataBytes, bytes.size());
    }
  }
}

MaybeError GgufFile::Read(ByteReader& in, std::span<const std::byte> metadata,
                          std::span<const std::byte> bytes) {
  const auto header = ReadHeader(in, metadata);
  if (!header) return header.error();
  version_ = header->version;
  for (std::uint64_t i = 0; i < header->key_count; ++i) {
    auto key = ReadKey(in, metadata, i);
    if (!key) return key.error();
    keys_.push_back(*key);
  }
  if (auto error = IndexNames()) return error;  // the alignment is looked up
  const auto alignment = AlignmentOf(*this);
  if (!alignment) return alignment.error();

  std::vector<TensorEntry> entries;
  for (std::uint64_t i = 0; i < header->tensor_count; ++i) {
    const auto entry = ReadTensor(in, i);
    if (!entry) return entry.error();
    entries.push_back(*entry);
  }
  const std::uint64_t padding = (*alignment - in.position() % *alignment) % *alignment;
  const std::uint64_t start = std::min<std::uint64_t>(in.position() + padding, bytes.size());
  const auto data = bytes.subspan(static_cast<std::size_t>(start));
  for (const TensorEntry& entry : entries) {
    auto tensor = LocateTensor(entry, data, *alignment);
    if (!tensor) return tensor.error();
    tensors_.push_back(*tensor);
  }
  if (auto error = FindOverlap(tensors_)) return *error;
  return IndexNames();
}

MaybeError GgufFile::IndexNames() {
  auto keys_by_name = IndexByName(keys_, KeyPlace);
  if (!keys_by_name) return keys_by_name.error();
  auto tensors_by_name = IndexByName(tensors_, TensorPlace);
  if (!tensors_by_name) return tensors_by_name.error();
  keys_by_name_ = *std::move(keys_by_name);
  tensors_by_name_ = *std::move(tensors_by_name);
  return std::nullopt;
}

}  // namespace edgevlm
