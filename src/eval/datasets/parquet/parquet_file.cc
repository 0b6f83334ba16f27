#include "eval/datasets/parquet/parquet_file.h"

#include <algorithm>

#include "base/check.h"
#include "eval/datasets/parquet/column_reader.h"

namespace edgevlm {
namespace {

// The bytes of a chunk's pages.
Result<std::span<const std::byte>> PagesOf(std::span<const std::byte> file,
                                           const ParquetChunk& chunk) {
  // Some writers state a dictionary page at 0 where there is none.
  const bool has_dictionary = 0 < chunk.dictionary_page && chunk.dictionary_page < chunk.first_page;
  const std::int64_t begin = has_dictionary ? chunk.dictionary_page : chunk.first_page;
  const auto size = static_cast<std::int64_t>(file.size());
  if (begin < 0 || begin > size || chunk.bytes < 0 || chunk.bytes > size - begin) {
    return Error{ErrorCode::kCorrupt, "expected pages inside the file's " + std::to_string(size) +
                                          " bytes, found " + std::to_string(chunk.bytes) +
                                          " bytes at " + std::to_string(begin)};
  }
  return file.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(chunk.bytes));
}

Result<ParquetColumn> ReadChunk(std::span<const std::byte> file, const ParquetLeaf& leaf,
                                const ParquetRowGroup& group, const ParquetChunk& chunk,
                                const ParquetLimits& limits) {
  if (!leaf.unsupported.empty()) {
    return Error{ErrorCode::kUnsupported,
                 "expected values or a list of values, found " + leaf.unsupported};
  }
  const auto pages = PagesOf(file, chunk);
  if (!pages) return pages.error();
  ParquetColumnReader reader(leaf, chunk, limits);
  if (auto error = reader.ReadPages(*pages)) return *error;
  ParquetColumn column = reader.TakeColumn();
  if (column.rows() == static_cast<std::size_t>(group.rows)) return column;
  return Error{ErrorCode::kCorrupt, "expected " + std::to_string(group.rows) + " rows, found " +
                                        std::to_string(column.rows())};
}

}  // namespace

std::span<const ParquetValue> ParquetColumn::Row(std::size_t row) const {
  CHECK(row < rows());
  const std::span<const ParquetValue> all(values);
  if (!is_list) return all.subspan(row, 1);
  const std::size_t begin = row == 0 ? 0 : ends[row - 1];
  return all.subspan(begin, ends[row] - begin);
}

Result<ParquetFile> ParquetFile::Parse(std::span<const std::byte> bytes,
                                       const ParquetLimits& limits) {
  auto metadata = ReadParquetMetadata(bytes);
  if (!metadata) return metadata.error();
  return ParquetFile(bytes, *std::move(metadata), limits);
}

Result<ParquetColumn> ParquetFile::Read(std::size_t row_group, std::string_view column) const {
  CHECK(row_group < row_groups());
  const std::string where = "column '" + std::string(column) + "': ";
  const auto leaf = std::ranges::find(metadata_.leaves, column, &ParquetLeaf::name);
  if (leaf == metadata_.leaves.end()) {
    return Error{ErrorCode::kNotFound, where + "expected it, found no such column"};
  }
  const ParquetRowGroup& group = metadata_.row_groups[row_group];
  const auto index = static_cast<std::size_t>(leaf - metadata_.leaves.begin());
  auto read = ReadChunk(bytes_, *leaf, group, group.chunks[index], limits_);
  if (!read) return Error{read.error().code, where + read.error().message};
  return read;
}

}  // namespace edgevlm
