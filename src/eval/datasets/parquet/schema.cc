#include "eval/datasets/parquet/schema.h"

#include <array>

namespace edgevlm {
namespace {

constexpr int kMaxSchemaDepth = 32;
constexpr std::size_t kMaxLeaves = 10'000;
// Of a leaf, whose name includes those above it: names of few groups would fill the memory else.
constexpr std::size_t kMaxNameBytes = 1024;

// Spells a value of an enumeration of the format by its table of names.
template <class T, std::size_t kCount>
std::string Spell(T value, const std::array<std::string_view, kCount>& names) {
  const int number = static_cast<int>(value);
  if (number < 0 || number >= static_cast<int>(kCount)) return "number " + std::to_string(number);
  return std::string(names[static_cast<std::size_t>(number)]);
}

class LeafFinder {
 public:
  explicit LeafFinder(const std::vector<ParquetSchemaNode>& nodes) : nodes_(nodes) {}

  Result<std::vector<ParquetLeaf>> Find() {
    if (nodes_.empty()) return Broken();
    const bool whole = Children(nodes_[next_++].children, {}, 0) && next_ == nodes_.size();
    if (!whole) return Broken();
    return std::move(leaves_);
  }

 private:
  static Error Broken() {
    return Error{ErrorCode::kCorrupt, "schema: expected one tree of at most " +
                                          std::to_string(kMaxLeaves) + " columns, " +
                                          std::to_string(kMaxSchemaDepth) + " deep"};
  }

  // Visits the next `count` nodes and what is below them. above: what their leaves have so far.
  bool Children(std::int64_t count, const ParquetLeaf& above, int depth) {
    if (count < 0 || depth == kMaxSchemaDepth) return false;
    for (std::int64_t i = 0; i < count; ++i) {
      if (next_ == nodes_.size() || !Visit(nodes_[next_++], above, depth)) return false;
    }
    return true;
  }

  bool Visit(const ParquetSchemaNode& node, ParquetLeaf leaf, int depth) {
    const bool inside_list = leaf.is_list;
    if (node.repetition == ParquetRepetition::kRepeated) {
      if (leaf.is_list) leaf.unsupported = "a list of lists or structs";
      leaf.is_list = true;
      leaf.element_definition = leaf.max_definition + 1;
      // The group that repeats is a form of the list, whose field is the one above it.
      if (node.children > 1) leaf.unsupported = "a list of lists or structs";
    }
    if (node.repetition != ParquetRepetition::kRequired) ++leaf.max_definition;
    if (inside_list && node.children > 0) leaf.unsupported = "a list of lists or structs";
    const bool is_field = !leaf.is_list || leaf.name.empty();
    if (is_field) {
      if (leaf.name.size() + node.name.size() >= kMaxNameBytes) return false;
      leaf.name += (leaf.name.empty() ? "" : ".") + std::string(node.name);
    }
    if (node.children != 0) return Children(node.children, leaf, depth + 1);
    if (leaves_.size() == kMaxLeaves) return false;
    leaf.type = node.type;
    leaves_.push_back(std::move(leaf));
    return true;
  }

  const std::vector<ParquetSchemaNode>& nodes_;
  std::size_t next_ = 0;
  std::vector<ParquetLeaf> leaves_;
};

}  // namespace

std::string NameOf(ParquetType type) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "BOOLEAN", "INT32",  "INT64",      "INT96",
      "FLOAT",   "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"};
  return Spell(type, kNames);
}

std::string NameOf(ParquetCodec codec) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"};
  return Spell(codec, kNames);
}

std::string NameOf(ParquetEncoding encoding) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "PLAIN",          "GROUP_VAR_INT",       "PLAIN_DICTIONARY",        "RLE",
      "BIT_PACKED",     "DELTA_BINARY_PACKED", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY",
      "RLE_DICTIONARY", "BYTE_STREAM_SPLIT"};
  return Spell(encoding, kNames);
}

Result<std::vector<ParquetLeaf>> FindParquetLeaves(const std::vector<ParquetSchemaNode>& nodes) {
  return LeafFinder(nodes).Find();
}

}  // namespace edgevlm
