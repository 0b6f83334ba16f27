// ThriftReader: reads structs in Thrift's compact protocol, in which Parquet keeps its metadata.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/byte_reader.h"

namespace edgevlm {

enum class ThriftType : std::uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kInt16 = 4,
  kInt32 = 5,
  kInt64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
};

struct ThriftField {
  int id = 0;
  ThriftType type = ThriftType::kStop;
};

// A cursor over bytes that the caller owns. Failure is sticky, as in ByteReader: a value of another
// type than the one asked for, nesting deeper than kMaxDepth or too few bytes make ok() false, and
// from then on every struct and list is at its end. Allocates nothing. Cost: linear in the bytes.
class ThriftReader {
 public:
  static constexpr int kMaxDepth = 32;
  static constexpr std::int64_t kMaxEnum = 1000;

  explicit ThriftReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_ && bytes_.ok(); }
  std::size_t position() const { return bytes_.position(); }

  // Calls on_field(field) for each field of a struct. It reads the field's value and returns true,
  // or returns false, and the value is skipped.
  template <class OnField>
  void Struct(const OnField& on_field) {
    int id = 0;
    while (true) {
      const ThriftField field = NextField(id);
      if (field.type == ThriftType::kStop) return;
      id = field.id;
      if (!on_field(field)) Skip(field.type, 0);
    }
  }

  // Calls on_element() for each element of a list, which must read it.
  template <class OnElement>
  void List(ThriftField field, ThriftType element, const OnElement& on_element) {
    if (!Expect(field.type == ThriftType::kList)) return;
    const auto [type, count] = ListHeader();
    if (!Expect(type == element || count == 0)) return;
    for (std::uint64_t i = 0; i < count && ok(); ++i) on_element();
  }

  // The value of a field.
  std::int64_t Int(ThriftField field);  // of any width
  bool Bool(ThriftField field);
  // A value of an enumeration: a small number, be it a known one or not; -1 for all others.
  template <class T>
  T Enum(ThriftField field) {
    const std::int64_t value = Int(field);
    return static_cast<T>(value < 0 || value > kMaxEnum ? -1 : value);
  }
  std::string_view Text(ThriftField field);
  bool IsStruct(ThriftField field) { return Expect(field.type == ThriftType::kStruct); }

  // An element of a list.
  std::string_view TextElement();

 private:
  struct Header {
    ThriftType type;
    std::uint64_t count;
  };

  bool Expect(bool condition) {
    ok_ = ok_ && condition;
    return ok();
  }
  std::uint64_t Varint();
  std::int64_t ZigZag();
  ThriftField NextField(int previous_id);  // kStop at the end
  Header ListHeader();
  void Skip(ThriftType type, int depth);
  void SkipStruct(int depth);
  void SkipList(int depth);
  void SkipMap(int depth);
  void SkipElement(ThriftType type, int depth);

  ByteReader bytes_;
  bool ok_ = true;
};

// An unsigned number of 7 bits per byte, the lowest first. False at the end of the bytes, and when
// it does not fit 64 bits.
bool ReadVarint(ByteReader& bytes, std::uint64_t& value);

}  // namespace edgevlm
