// TeacherFolder: the shards of teacher outputs in a folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"
#include "teacher/shard.h"
#include "teacher/teacher_tokens.h"

namespace edgevlm {

inline constexpr const char* kTokenFileName = "tokens.bin";

// FOLDER/shard-000012.teach.
std::string ShardPath(const std::string& folder, std::uint64_t index);

// Reads a shard without its records. Errors: kNotFound, and those of ParseShard, with the path.
Result<Shard> ReadShardHead(const std::string& path);

// Maps all shards of a folder; records are read when they are asked for.
// Threads: const methods from any thread.
class TeacherFolder {
 public:
  // Checks all bytes: reads every file once. Errors: kNotFound (no folder, no shard, no tokens),
  // kCorrupt, kInvalid (shards of different teachers or data sets; the message names the field).
  static Result<TeacherFolder> Open(const std::string& folder);

  const TeacherSetup& setup() const { return setup_; }
  const TeacherTokens& tokens() const { return tokens_; }
  std::size_t size() const { return records_.size(); }  // at least 1
  std::uint64_t missing_shards() const { return setup_.shards() - files_.size(); }

  // REQUIRES: index < size(). Errors: kCorrupt.
  Result<TeacherRecord> Read(std::size_t index) const;

 private:
  std::string folder_;
  TeacherSetup setup_;
  TeacherTokens tokens_;
  std::vector<std::unique_ptr<MappedFile>> files_;
  std::vector<std::span<const std::byte>> records_;  // in the order of the data set
};

}  // namespace edgevlm
