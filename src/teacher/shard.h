// Shards: files of teacher outputs, some images each (format: docs/training.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "teacher/record.h"

namespace edgevlm {

// What all shards of a folder have in common: who taught what.
struct TeacherSetup {
  std::string teacher;             // name of the model's file
  std::string teacher_sha256;      // of that file
  std::string identity;            // of the model with its vision encoder, and of how it computes
  std::string tokenizer_sha256;    // of the teacher's tokens (TeacherTokens)
  std::string data;                // the data set, as --data names it
  std::string data_identity = {};  // of its content, wherever it lies; empty in older files
  std::uint64_t items = 0;         // of the data set
  std::uint64_t shard_items = 0;   // of a shard; the last one may have fewer
  int vocabulary = 0;              // V of the teacher
  std::string options;             // what else the outputs depend on

  std::uint64_t shards() const { return (items + shard_items - 1) / shard_items; }
  bool operator==(const TeacherSetup&) const = default;
};

// The first field in which `found` is different, as "field: expected A, found B". Empty: none.
std::string DifferenceOf(const TeacherSetup& expected, const TeacherSetup& found);

// An image that the teacher could not read.
struct SkippedItem {
  std::uint64_t item = 0;
  std::string reason;  // names the file

  bool operator==(const SkippedItem&) const = default;
};

struct Shard {
  TeacherSetup setup;
  std::uint64_t index = 0;  // items [index * shard_items, (index + 1) * shard_items)
  std::vector<SkippedItem> skipped = {};
  // Answers of the teacher's own that were kept because several samples agreed, and all.
  std::uint64_t own_kept = 0;
  std::uint64_t own_asked = 0;
  std::vector<TeacherRecord> records = {};
};

// The bytes of a shard's file. REQUIRES: under 2^31 values in each matrix.
std::vector<std::byte> ShardBytes(const Shard& shard);

// A shard's file without its records, which stay where they are.
struct ShardView {
  Shard head;                                       // records: empty
  std::vector<std::span<const std::byte>> records;  // for ParseRecord; views of the file
};

// Checks all bytes. Errors: kCorrupt (not a shard, cut, or changed: its checksum differs),
// kUnsupported (another version). Cost: reads the file once.
Result<ShardView> ParseShard(std::span<const std::byte> file);

// vocabulary: ids of tokens are below it. Errors: kCorrupt. Allocates no more than the record has.
Result<TeacherRecord> ParseRecord(std::span<const std::byte> bytes, int vocabulary);

}  // namespace edgevlm
