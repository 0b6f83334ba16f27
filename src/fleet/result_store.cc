#include "fleet/result_store.h"

#include <fcntl.h>
#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "fleet/result_line.h"
#include "fleet/sidecar.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;

// A group waits for the disk once. What is lost in a crash is computed again.
constexpr std::size_t kGroup = 256;
constexpr std::chrono::milliseconds kLongestWait(200);
constexpr int kMostNamesakes = 100000;

// False also for a name that cannot be looked up.
bool Exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

// Does not replace a file that has the new name. 0 or the errno.
int RenameFile(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL) return errno;
  // A file system that cannot rename this way: a hard link does not replace a file either.
  if (link(from.c_str(), to.c_str()) != 0) return errno;
  return unlink(from.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Result<ResultStore> ResultStore::Open(const BatchOptions& options,
                                      std::function<void(const std::string&)> on_problem) {
  const std::string journal_path = options.results + ".journal";
  std::error_code ignored;
  if (!Exists(journal_path) && Exists(options.results) &&
      fs::file_size(options.results, ignored) > 0) {
    return Error{ErrorCode::kInvalid, options.results +
                                          ": expected a new file or the results of a batch, found "
                                          "a file without " +
                                          journal_path};
  }
  Result<Journal> journal = Journal::Open(journal_path, options.work);
  if (!journal) return journal.error();
  Result<LineFile> results = LineFile::Open(options.results, "batch");
  if (!results) return results.error();
  if (results->bytes() < journal->results_bytes()) {
    return Error{ErrorCode::kCorrupt,
                 options.results + ": expected at least the " +
                     std::to_string(journal->results_bytes()) + " bytes of its journal, found " +
                     std::to_string(results->bytes()) +
                     "; to begin again, remove both this file and its journal"};
  }
  if (auto error = results->CutTo(journal->results_bytes())) return *error;
  ResultStore store(options, std::move(on_problem), *std::move(journal), *std::move(results));
  if (auto error = store.CatchUp()) return *error;
  return store;
}

// Does what an earlier run journaled but may not have come to.
MaybeError ResultStore::CatchUp() {
  if (journal_.cut_bytes() > 0) {
    on_problem_(options_->results + ".journal: damaged: its last " +
                std::to_string(journal_.cut_bytes()) + " bytes are left out, and computed again");
  }
  for (const auto& [image, renamed] : journal_.done()) {
    if (renamed.empty()) continue;
    renamed_.insert(renamed);
    if (Exists(image) && !Exists(renamed)) Rename(image, renamed);
  }
  if (options_->makes_sidecars) {
    if (auto error = AddMissingSidecars()) return error;
  }
  if (options_->index.empty()) return {};
  Result<CaptionIndex> index = CaptionIndex::Open(options_->index, options_->results);
  if (!index) return index.error();
  index_.emplace(*std::move(index));
  return index_->Follow(results_.bytes());
}

// For results of runs that were not asked for them.
MaybeError ResultStore::AddMissingSidecars() {
  std::ifstream file(options_->results, std::ios::binary);
  for (std::string line; std::getline(file, line);) {
    const Result<ResultText> result = ReadResultLine(line);
    if (!result) {
      return result.error().In(options_->results);
    }
    if (Exists(result->path) && !Exists(SidecarPath(result->path))) {
      MakeSidecar(result->path, result->text);
    }
  }
  return {};
}

void ResultStore::Add(const std::string& image, std::int64_t number, PipelineReplies replies) {
  if (waiting_.empty()) waiting_since_ = std::chrono::steady_clock::now();
  waiting_.push_back({.image = image,
                      .number = number,
                      .replies = *std::move(replies.replies),
                      .on_stored = std::move(replies.on_stored)});
}

bool ResultStore::IsDue() const {
  return waiting_.size() >= kGroup ||
         (!waiting_.empty() && std::chrono::steady_clock::now() - waiting_since_ > kLongestWait);
}

MaybeError ResultStore::Commit() {
  if (waiting_.empty()) return {};
  std::string lines;
  std::vector<JournalEntry> entries;
  std::set<std::string> taken;
  for (const Waiting& waiting : waiting_) {
    const std::string renamed = NewNameOf(waiting, taken);
    if (!renamed.empty()) taken.insert(renamed);
    lines +=
        ResultLine(waiting.image, renamed, options_->pipeline.asked.questions, waiting.replies);
    entries.push_back({.end = results_.bytes() + static_cast<std::int64_t>(lines.size()),
                       .image = waiting.image,
                       .renamed = renamed});
  }
  if (auto error = results_.Append(lines)) return error;
  if (auto error = results_.Sync()) return error;
  if (options_->makes_sidecars) {
    for (const Waiting& waiting : waiting_) MakeSidecar(waiting.image, TextOf(waiting.replies));
  }
  if (auto error = journal_.Append(entries)) return error;
  for (const Waiting& waiting : waiting_) {
    if (waiting.on_stored != nullptr) waiting.on_stored();
  }
  waiting_.clear();
  for (const JournalEntry& entry : entries) {
    if (entry.renamed.empty()) continue;
    renamed_.insert(entry.renamed);
    Rename(entry.image, entry.renamed);
  }
  return index_ ? index_->Follow(results_.bytes()) : std::nullopt;
}

// The path that an image is given: one that no file has, with "-2", "-3" and so on if necessary.
// Empty: it keeps its own.
std::string ResultStore::NewNameOf(const Waiting& waiting,
                                   const std::set<std::string>& taken) const {
  if (!options_->rename) return "";
  const std::string name = options_->rename->NameOf(
      {.path = waiting.image, .number = waiting.number, .replies = waiting.replies});
  const fs::path image(waiting.image);
  if (name.empty() || name == image.filename()) return "";
  const fs::path wanted = image.parent_path() / name;
  std::string path = wanted;
  for (int i = 2; i < kMostNamesakes; ++i) {
    if (!Exists(path) && !taken.contains(path) && !Exists(SidecarPath(path))) return path;
    const std::string stem = wanted.stem().string() + "-" + std::to_string(i);
    path = image.parent_path() / (stem + wanted.extension().string());
    if (path == waiting.image) return "";
  }
  return "";
}

void ResultStore::MakeSidecar(const std::string& image, const std::string& text) {
  const auto written = WriteSidecar(
      image, {.text = text, .has_iptc = options_->has_iptc, .writer = options_->writer});
  if (!written) {
    on_problem_(written.error().message);
  } else if (*written == SidecarResult::kKept) {
    on_problem_(SidecarPath(image) + ": kept, because another program wrote it");
  }
}

// The sidecar, whoever wrote it, goes with its image: first, so that after a crash in between the
// image still has its old name and both are renamed again.
void ResultStore::Rename(const std::string& image, const std::string& renamed) {
  const auto rename = [this](const std::string& from, const std::string& to) {
    const int failed = RenameFile(from, to);
    if (failed == 0) return;
    on_problem_(from + ": cannot be renamed to " + to + ": " +
                std::generic_category().message(failed));
  };
  if (Exists(SidecarPath(image))) rename(SidecarPath(image), SidecarPath(renamed));
  rename(image, renamed);
}

}  // namespace edgevlm
