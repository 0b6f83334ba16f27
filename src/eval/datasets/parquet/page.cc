#include <algorithm>

#include "eval/datasets/parquet/metadata.h"
#include "eval/datasets/parquet/thrift.h"

namespace edgevlm {
namespace {

// The header of a data page, or of a dictionary page, whose fields begin likewise.
void ReadDataHeader(ThriftReader& in, ParquetPage& page) {
  in.Struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        page.values = in.Int(field);
        return true;
      case 2:
        page.encoding = in.Enum<ParquetEncoding>(field);
        return true;
      case 3:
        if (page.kind != ParquetPageKind::kData) return false;
        page.definition_encoding = in.Enum<ParquetEncoding>(field);
        return true;
      case 4:
        if (page.kind != ParquetPageKind::kData) return false;
        page.repetition_encoding = in.Enum<ParquetEncoding>(field);
        return true;
      default:
        return false;
    }
  });
}

void ReadDataHeaderV2(ThriftReader& in, ParquetPage& page) {
  in.Struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        page.values = in.Int(field);
        return true;
      case 4:
        page.encoding = in.Enum<ParquetEncoding>(field);
        return true;
      case 5:
        page.definition_bytes = in.Int(field);
        return true;
      case 6:
        page.repetition_bytes = in.Int(field);
        return true;
      case 7:
        page.is_compressed = in.Bool(field);
        return true;
      default:
        return false;
    }
  });
}

// Reads a field of the page's header. kind comes first in it, as fields are in order of their ids.
bool ReadPageField(ThriftReader& in, ThriftField field, ParquetPage& page) {
  switch (field.id) {
    case 1:
      page.kind = in.Enum<ParquetPageKind>(field);
      return true;
    case 2:
      page.unpacked_bytes = in.Int(field);
      return true;
    case 3:
      page.bytes = in.Int(field);
      return true;
    case 5:
    case 7:
      if (!in.IsStruct(field)) return true;
      ReadDataHeader(in, page);
      return true;
    case 8:
      if (!in.IsStruct(field)) return true;
      ReadDataHeaderV2(in, page);
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<ParquetPage> ReadParquetPage(std::span<const std::byte> bytes) {
  ThriftReader in(bytes);
  ParquetPage page;
  in.Struct([&](ThriftField field) { return ReadPageField(in, field, page); });
  if (!in.ok()) return Error{ErrorCode::kCorrupt, "expected a page header, found other bytes"};
  const std::int64_t smallest = std::min(
      {page.values, page.bytes, page.unpacked_bytes, page.definition_bytes, page.repetition_bytes});
  if (smallest < 0) {
    return Error{ErrorCode::kCorrupt,
                 "page header: expected sizes from 0, found " + std::to_string(smallest)};
  }
  page.header_bytes = in.position();
  return page;
}

}  // namespace edgevlm
