// ParquetColumnReader: decodes the pages of a column chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "eval/datasets/parquet/parquet_file.h"

namespace edgevlm {

// Used once, by one thread.
class ParquetColumnReader {
 public:
  // The arguments must outlive the reader.
  ParquetColumnReader(const ParquetLeaf& leaf, const ParquetChunk& chunk,
                      const ParquetLimits& limits);

  // pages: all bytes of the chunk. Errors: those of ParquetFile::Read.
  MaybeError ReadPages(std::span<const std::byte> pages);

  ParquetColumn TakeColumn() { return std::move(column_); }

 private:
  MaybeError ReadPage(const ParquetPage& page, std::span<const std::byte> body);
  MaybeError ReadDictionary(const ParquetPage& page, std::span<const std::byte> body);
  MaybeError ReadData(const ParquetPage& page, std::span<const std::byte> body);
  MaybeError ReadDataV2(const ParquetPage& page, std::span<const std::byte> body);
  // Reads definition or repetition levels, which `bytes` starts with: none if their maximum is 0.
  MaybeError DecodeLevels(ByteReader& bytes, int maximum, std::size_t count,
                          std::vector<std::uint32_t>& levels) const;
  // Reads the values that are there, after the levels.
  MaybeError ReadValues(const ParquetPage& page, std::span<const std::byte> body);
  MaybeError ReadIndices(ByteReader& bytes, std::size_t count, std::vector<ParquetValue>& values);
  // Puts values and nulls into rows, as the levels say.
  MaybeError Assemble(std::size_t count, std::vector<ParquetValue>& values);

  const ParquetLeaf& leaf_;
  const ParquetChunk& chunk_;
  const ParquetLimits& limits_;
  ParquetColumn column_;
  std::vector<ParquetValue> dictionary_;
  bool has_dictionary_ = false;
  std::vector<std::uint32_t> definition_;  // of the page; empty if all values are there
  std::vector<std::uint32_t> repetition_;
  std::size_t read_ = 0;  // values and nulls so far
  std::size_t bytes_ = 0;
};

}  // namespace edgevlm
