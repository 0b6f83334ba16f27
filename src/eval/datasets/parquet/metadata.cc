#include "eval/datasets/parquet/metadata.h"

#include "base/byte_reader.h"
#include "eval/datasets/parquet/schema.h"
#include "eval/datasets/parquet/thrift.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kTailBytes = 8;  // length of the metadata, magic
// An empty struct of one byte becomes a record of 40.
constexpr std::size_t kMaxMetadataBytes = std::size_t{8} << 20;

Error BadMetadata(const std::string& what) { return Error{ErrorCode::kCorrupt, what}; }

ParquetSchemaNode ReadNode(ThriftReader& in) {
  ParquetSchemaNode node;
  in.Struct([&](ThriftField field) {
    switch (field.id) {
      case 1:
        node.type = in.Enum<ParquetType>(field);
        return true;
      case 3:
        node.repetition = in.Enum<ParquetRepetition>(field);
        return true;
      case 4:
        node.name = in.Text(field);
        return true;
      case 5:
        node.children = in.Int(field);
        return true;
      default:
        return false;
    }
  });
  return node;
}

void ReadChunkMetadata(ThriftReader& in, ParquetChunk& chunk) {
  in.Struct([&](ThriftField field) {
    switch (field.id) {
      case 4:
        chunk.codec = in.Enum<ParquetCodec>(field);
        return true;
      case 5:
        chunk.values = in.Int(field);
        return true;
      case 7:
        chunk.bytes = in.Int(field);
        return true;
      case 9:
        chunk.first_page = in.Int(field);
        return true;
      case 11:
        chunk.dictionary_page = in.Int(field);
        return true;
      default:
        return false;
    }
  });
}

ParquetChunk ReadChunk(ThriftReader& in) {
  ParquetChunk chunk;
  in.Struct([&](ThriftField field) {
    if (field.id != 3 || !in.IsStruct(field)) return false;
    ReadChunkMetadata(in, chunk);
    return true;
  });
  return chunk;
}

ParquetRowGroup ReadRowGroup(ThriftReader& in) {
  ParquetRowGroup group;
  in.Struct([&](ThriftField field) {
    if (field.id == 1) {
      in.List(field, ThriftType::kStruct, [&] { group.chunks.push_back(ReadChunk(in)); });
      return true;
    }
    if (field.id != 3) return false;
    group.rows = in.Int(field);
    return true;
  });
  return group;
}

// The metadata's bytes in a file.
Result<std::span<const std::byte>> FindMetadata(std::span<const std::byte> file) {
  if (file.size() < kMagicBytes + kTailBytes) {
    return BadMetadata("expected a Parquet file, found " + std::to_string(file.size()) + " bytes");
  }
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.ends_with("PARE")) {
    return Error{ErrorCode::kUnsupported, "expected a Parquet file without encryption"};
  }
  if (!text.starts_with("PAR1") || !text.ends_with("PAR1")) {
    return BadMetadata("expected a Parquet file with 'PAR1' at its start and end");
  }
  ByteReader tail(file.last(kTailBytes));
  const auto length = tail.Get<std::uint32_t>();
  if (length > file.size() - kMagicBytes - kTailBytes) {
    return BadMetadata("metadata: expected at most " + std::to_string(file.size()) +
                       " bytes, found " + std::to_string(length));
  }
  if (length > kMaxMetadataBytes) {
    return Error{ErrorCode::kTooLarge, "metadata: expected at most " +
                                           std::to_string(kMaxMetadataBytes) + " bytes, found " +
                                           std::to_string(length)};
  }
  return file.subspan(file.size() - kTailBytes - length, length);
}

}  // namespace

Result<ParquetMetadata> ReadParquetMetadata(std::span<const std::byte> file) {
  const auto bytes = FindMetadata(file);
  if (!bytes) return bytes.error();
  ThriftReader in(*bytes);
  std::vector<ParquetSchemaNode> nodes;
  ParquetMetadata metadata;
  in.Struct([&](ThriftField field) {
    if (field.id == 2) {
      in.List(field, ThriftType::kStruct, [&] { nodes.push_back(ReadNode(in)); });
      return true;
    }
    if (field.id != 4) return false;
    in.List(field, ThriftType::kStruct, [&] { metadata.row_groups.push_back(ReadRowGroup(in)); });
    return true;
  });
  if (!in.ok()) return BadMetadata("metadata: expected a Thrift struct, found other bytes");
  auto leaves = FindParquetLeaves(nodes);
  if (!leaves) return leaves.error();
  metadata.leaves = *std::move(leaves);
  for (const ParquetRowGroup& group : metadata.row_groups) {
    if (group.chunks.size() == metadata.leaves.size() && group.rows >= 0) continue;
    return BadMetadata("metadata: row group: expected " + std::to_string(metadata.leaves.size()) +
                       " columns, found " + std::to_string(group.chunks.size()));
  }
  return metadata;
}

}  // namespace edgevlm
