#include "teacher/folder.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace edgevlm {
namespace {

namespace fs = std::filesystem;

// In the order of their names, which is that of the data set.
Result<std::vector<std::string>> ShardsIn(const std::string& folder) {
  std::error_code failure;
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".teach") paths.push_back(entry.path().string());
  }
  if (failure) return Error{ErrorCode::kNotFound, folder + ": " + failure.message()};
  if (paths.empty()) {
    return Error{ErrorCode::kNotFound,
                 folder + ": expected teacher outputs (edgevlm-train teach), found none"};
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

std::string ShardPath(const std::string& folder, std::uint64_t index) {
  char name[48];
  std::snprintf(name, sizeof(name), "/shard-%06llu.teach", static_cast<unsigned long long>(index));
  return folder + name;
}

Result<Shard> ReadShardHead(const std::string& path) {
  const Result<MappedFile> file = MappedFile::Open(path);
  if (!file) return file.error();
  Result<ShardView> view = ParseShard(file->bytes());
  if (!view) return view.error().In(path);
  return std::move(view->head);
}

Result<TeacherFolder> TeacherFolder::Open(const std::string& folder) {
  const Result<std::vector<std::string>> paths = ShardsIn(folder);
  if (!paths) return paths.error();
  TeacherFolder opened;
  opened.folder_ = folder;
  const std::string token_path = folder + "/" + kTokenFileName;
  const Result<MappedFile> token_file = MappedFile::Open(token_path);
  if (!token_file) return token_file.error();
  Result<TeacherTokens> tokens = ParseTokenFile(token_file->bytes());
  if (!tokens) return tokens.error().In(token_path);
  opened.tokens_ = *std::move(tokens);
  for (const std::string& path : *paths) {
    Result<MappedFile> file = MappedFile::Open(path);
    if (!file) return file.error();
    const Result<ShardView> view = ParseShard(file->bytes());
    if (!view) return view.error().In(path);
    if (opened.files_.empty()) opened.setup_ = view->head.setup;
    const std::string difference = DifferenceOf(opened.setup_, view->head.setup);
    if (!difference.empty()) return Error{ErrorCode::kInvalid, path + ": " + difference};
    opened.files_.push_back(std::make_unique<MappedFile>(*std::move(file)));
    opened.records_.insert(opened.records_.end(), view->records.begin(), view->records.end());
  }
  const std::string digest = DigestOf(opened.tokens_);
  if (digest != opened.setup_.tokenizer_sha256) {
    return Error{ErrorCode::kCorrupt, token_path + ": expected the SHA-256 " +
                                          opened.setup_.tokenizer_sha256 + ", found " + digest};
  }
  if (opened.records_.empty()) {
    return Error{ErrorCode::kNotFound, folder + ": expected images in its shards, found none"};
  }
  return opened;
}

Result<TeacherRecord> TeacherFolder::Read(std::size_t index) const {
  Result<TeacherRecord> record = ParseRecord(records_[index], setup_.vocabulary);
  if (!record) return record.error().In(folder_);
  return record;
}

}  // namespace edgevlm
