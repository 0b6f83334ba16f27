// Any bytes as a Parquet file, all of whose columns are read.
#include <cstddef>
#include <cstdint>
#include <span>

#include "eval/datasets/parquet/parquet_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using edgevlm::ParquetFile;
  // Small limits: a file of few bytes may announce many.
  const auto file =
      ParquetFile::Parse(std::as_bytes(std::span(data, size)),
                         {.page_bytes = 1u << 16, .values = 1u << 12, .column_bytes = 1u << 20});
  if (!file) return 0;
  std::size_t columns = 0;
  for (std::size_t group = 0; group < file->row_groups(); ++group) {
    for (const edgevlm::ParquetLeaf& leaf : file->columns()) {
      if (++columns > 64) return 0;
      const auto column = file->Read(group, leaf.name);
      for (std::size_t i = 0; column.ok() && i < column->rows(); ++i) (void)column->Row(i);
    }
  }
  return 0;
}
