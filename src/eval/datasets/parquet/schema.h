// The schema of a Parquet file: a tree, listed parents first.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "eval/datasets/parquet/metadata.h"

namespace edgevlm {

enum class ParquetRepetition { kRequired = 0, kOptional = 1, kRepeated = 2 };

struct ParquetSchemaNode {
  std::string_view name;
  ParquetType type = ParquetType::kByteArray;  // of a leaf
  ParquetRepetition repetition = ParquetRepetition::kRequired;
  std::int64_t children = 0;  // 0: a leaf
};

// The leaves in the order of their column chunks. Errors: kCorrupt (not one tree, or a deep one).
Result<std::vector<ParquetLeaf>> FindParquetLeaves(const std::vector<ParquetSchemaNode>& nodes);

}  // namespace edgevlm
