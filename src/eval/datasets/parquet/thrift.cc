#include "eval/datasets/parquet/thrift.h"

#include <limits>

namespace edgevlm {
namespace {

constexpr std::uint8_t kLongList = 15;  // in place of a count: the count follows

ThriftType TypeOf(std::uint8_t nibble) { return static_cast<ThriftType>(nibble); }

}  // namespace

bool ReadVarint(ByteReader& bytes, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = bytes.Get<std::uint8_t>();
    if (!bytes.ok()) return false;
    const std::uint64_t bits = byte & 0x7Fu;
    if (shift == 63 && bits > 1) return false;
    value |= bits << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

std::uint64_t ThriftReader::Varint() {
  std::uint64_t value = 0;
  return Expect(ReadVarint(bytes_, value)) ? value : 0;
}

std::int64_t ThriftReader::ZigZag() {
  const std::uint64_t value = Varint();
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

ThriftField ThriftReader::NextField(int previous_id) {
  const auto header = bytes_.Get<std::uint8_t>();
  const ThriftType type = TypeOf(header & 0x0F);
  if (!ok() || type == ThriftType::kStop) return {};
  const int step = header >> 4;
  std::int64_t id = previous_id + step;
  if (step == 0) id = ZigZag();
  if (!Expect(0 < id && id <= std::numeric_limits<std::int16_t>::max())) return {};
  return {static_cast<int>(id), type};
}

ThriftReader::Header ThriftReader::ListHeader() {
  const auto header = bytes_.Get<std::uint8_t>();
  const auto small = static_cast<std::uint8_t>(header >> 4);
  const std::uint64_t count = small == kLongList ? Varint() : small;
  // Every element takes a byte at least.
  if (!Expect(count <= bytes_.remaining())) return {ThriftType::kStop, 0};
  return {TypeOf(header & 0x0F), count};
}

std::int64_t ThriftReader::Int(ThriftField field) {
  switch (field.type) {
    case ThriftType::kByte:
      return bytes_.Get<std::int8_t>();
    case ThriftType::kInt16:
    case ThriftType::kInt32:
    case ThriftType::kInt64:
      return ZigZag();
    default:
      Expect(false);
      return 0;
  }
}

bool ThriftReader::Bool(ThriftField field) {
  Expect(field.type == ThriftType::kTrue || field.type == ThriftType::kFalse);
  return field.type == ThriftType::kTrue;
}

std::string_view ThriftReader::TextElement() { return bytes_.Text(Varint()); }

std::string_view ThriftReader::Text(ThriftField field) {
  if (!Expect(field.type == ThriftType::kBinary)) return {};
  return TextElement();
}

void ThriftReader::Skip(ThriftType type, int depth) {
  // A field's boolean is its type; an element's is a byte (SkipElement).
  if (type == ThriftType::kTrue || type == ThriftType::kFalse) return;
  SkipElement(type, depth);
}

void ThriftReader::SkipElement(ThriftType type, int depth) {
  if (!Expect(depth < kMaxDepth)) return;
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse:
    case ThriftType::kByte:
      bytes_.ReadBytes(1);
      return;
    case ThriftType::kInt16:
    case ThriftType::kInt32:
    case ThriftType::kInt64:
      Varint();
      return;
    case ThriftType::kDouble:
      bytes_.ReadBytes(8);
      return;
    case ThriftType::kBinary:
      TextElement();
      return;
    case ThriftType::kList:
    case ThriftType::kSet:
      SkipList(depth);
      return;
    case ThriftType::kMap:
      SkipMap(depth);
      return;
    case ThriftType::kStruct:
      SkipStruct(depth);
      return;
    default:
      Expect(false);
  }
}

void ThriftReader::SkipStruct(int depth) {
  int id = 0;
  while (true) {
    const ThriftField field = NextField(id);
    if (field.type == ThriftType::kStop) return;
    id = field.id;
    Skip(field.type, depth + 1);
  }
}

void ThriftReader::SkipList(int depth) {
  const auto [type, count] = ListHeader();
  for (std::uint64_t i = 0; i < count && ok(); ++i) SkipElement(type, depth + 1);
}

void ThriftReader::SkipMap(int depth) {
  const std::uint64_t count = Varint();
  if (count == 0 || !Expect(count <= bytes_.remaining())) return;
  const auto types = bytes_.Get<std::uint8_t>();
  for (std::uint64_t i = 0; i < count && ok(); ++i) {
    SkipElement(TypeOf(types >> 4), depth + 1);
    SkipElement(TypeOf(types & 0x0F), depth + 1);
  }
}

}  // namespace edgevlm
