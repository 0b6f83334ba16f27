// The metadata of a Parquet file (format version 2): its columns, and where their pages are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// Numbers as in the format.
enum class ParquetType {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kInt96 = 3,
  kFloat = 4,
  kDouble = 5,
  kByteArray = 6,
  kFixedByteArray = 7,
};

enum class ParquetCodec {
  kNone = 0,
  kSnappy = 1,
  kGzip = 2,
  kLzo = 3,
  kBrotli = 4,
  kLz4 = 5,
  kZstd = 6,
  kLz4Raw = 7,
};

enum class ParquetEncoding {
  kPlain = 0,
  kPlainDictionary = 2,
  kRle = 3,
  kBitPacked = 4,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kDeltaByteArray = 7,
  kRleDictionary = 8,
  kByteStreamSplit = 9,
};

// As the format spells them, "BYTE_ARRAY"; a number that is none: "number 12".
std::string NameOf(ParquetType type);
std::string NameOf(ParquetCodec codec);
std::string NameOf(ParquetEncoding encoding);

// A leaf of the schema.
struct ParquetLeaf {
  std::string name;  // fields of structs with dots, "image.path"; a list has the name of its field
  ParquetType type = ParquetType::kByteArray;
  // Values of definition levels: of a value that is there, and of a list's element, be it null.
  int max_definition = 0;
  int element_definition = 0;
  bool is_list = false;
  std::string unsupported;  // why it cannot be read: "a list of lists or structs"; empty: it can
};

// The pages of a leaf in one row group.
struct ParquetChunk {
  ParquetCodec codec = ParquetCodec::kNone;
  std::int64_t values = 0;       // including nulls
  std::int64_t first_page = -1;  // offset in the file
  std::int64_t dictionary_page = -1;
  std::int64_t bytes = 0;
};

struct ParquetRowGroup {
  std::int64_t rows = 0;
  std::vector<ParquetChunk> chunks;  // of each leaf
};

struct ParquetMetadata {
  std::vector<ParquetLeaf> leaves;
  std::vector<ParquetRowGroup> row_groups;
};

// Parses the metadata, but no page. file: all of its bytes. Errors: kCorrupt, kUnsupported (an
// encrypted file). Memory and time are linear in the size of the metadata.
Result<ParquetMetadata> ReadParquetMetadata(std::span<const std::byte> file);

enum class ParquetPageKind { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };

struct ParquetPage {
  ParquetPageKind kind = ParquetPageKind::kData;
  ParquetEncoding encoding = ParquetEncoding::kPlain;
  // Of the levels; those of a page of version 2 are always kRle.
  ParquetEncoding definition_encoding = ParquetEncoding::kRle;
  ParquetEncoding repetition_encoding = ParquetEncoding::kRle;
  std::int64_t values = 0;
  std::int64_t bytes = 0;           // in the file, after the header
  std::int64_t unpacked_bytes = 0;  // after decompression
  // Version 2: the levels are outside of what is compressed.
  std::int64_t definition_bytes = 0;
  std::int64_t repetition_bytes = 0;
  bool is_compressed = true;
  std::size_t header_bytes = 0;
};

// Parses the header of the page at the start of the bytes. Sizes and counts are not negative.
// Errors: kCorrupt.
Result<ParquetPage> ReadParquetPage(std::span<const std::byte> bytes);

}  // namespace edgevlm
