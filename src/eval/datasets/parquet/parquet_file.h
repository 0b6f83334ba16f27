// ParquetFile: reads columns of Parquet files, as data sets are published in.
//
// What is read: leaf columns and lists of one level (also inside structs) of BOOLEAN, INT32, INT64,
// FLOAT, DOUBLE and BYTE_ARRAY; the encodings PLAIN, PLAIN_DICTIONARY, RLE_DICTIONARY, and RLE for
// booleans; data pages of version 1 and 2; pages uncompressed or in SNAPPY, GZIP or ZSTD. All else
// is an error that names it, once such a column is asked for. Checksums are not looked at.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "eval/datasets/parquet/metadata.h"
#include "eval/datasets/parquet/values.h"

namespace edgevlm {

struct ParquetLimits {
  std::size_t page_bytes = std::size_t{256} << 20;    // decompressed
  std::size_t values = std::size_t{4} << 20;          // of a column in a row group
  std::size_t column_bytes = std::size_t{512} << 20;  // of those values
};

// A column in a row group.
struct ParquetColumn {
  bool is_list = false;
  std::vector<ParquetValue> values;  // flat: of each row; else the elements of all lists
  std::vector<std::size_t> ends;     // of lists: where in `values` each row ends

  std::size_t rows() const { return is_list ? ends.size() : values.size(); }
  // The values of a row; one unless it is a list. A list that is null has none.
  std::span<const ParquetValue> Row(std::size_t row) const;
};

// Threads: const methods from any thread.
class ParquetFile {
 public:
  // bytes must outlive the object. Errors: those of ReadParquetMetadata.
  static Result<ParquetFile> Parse(std::span<const std::byte> bytes,
                                   const ParquetLimits& limits = {});

  const std::vector<ParquetLeaf>& columns() const { return metadata_.leaves; }
  std::size_t row_groups() const { return metadata_.row_groups.size(); }

  // Errors, with the column's name: kNotFound, kCorrupt, kUnsupported, kTooLarge.
  // REQUIRES: row_group < row_groups().
  Result<ParquetColumn> Read(std::size_t row_group, std::string_view column) const;

 private:
  ParquetFile(std::span<const std::byte> bytes, ParquetMetadata metadata,
              const ParquetLimits& limits)
      : bytes_(bytes), metadata_(std::move(metadata)), limits_(limits) {}

  std::span<const std::byte> bytes_;
  ParquetMetadata metadata_;
  ParquetLimits limits_;
};

}  // namespace edgevlm
