// Journal: which images of a batch are done, so that an interrupted batch can go on.
//
// A text file. Each line is the CRC-32 of the rest in eight hexadecimal digits, a blank, and fields
// that tabs separate (in a field, a backslash, a tab and an end of a line are written \\, \t, \n).
// The first line is "edgevlm-batch-1" and what was asked, "question=..."; each other line is an
// image whose result is stored: the size of the results file once it holds that result, the path of
// the image, and the path to which it is renamed, if it is.
//
// After a crash of the machine, the end of the file may be anything. What counts is the longest
// beginning that is whole; results after those that it names are cut off and computed again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/line_file.h"
#include "base/result.h"

namespace edgevlm {

struct JournalEntry {
  std::int64_t end = 0;  // bytes of the results file, this result included
  std::string image;
  std::string renamed = {};  // empty: not renamed

  bool operator==(const JournalEntry&) const = default;
};

// What decides the replies of a batch, by names: "model", "questions", "max-tokens".
using BatchWork = std::map<std::string, std::string>;

struct JournalContent {
  std::optional<BatchWork> work;      // empty: there is no whole first line
  std::vector<JournalEntry> entries;  // their ends increase
  std::size_t bytes = 0;              // of the lines above
};

// The longest beginning that is whole. Errors: kUnsupported (a journal of another version).
Result<JournalContent> ParseJournal(std::string_view text);

std::string JournalHead(const BatchWork& work);
std::string JournalLine(const JournalEntry& entry);

// Threads: one. Only one process at a time has it open.
class Journal {
 public:
  // Makes the journal, or opens one and cuts off what is not whole. Errors, which name the file:
  // kIo; kInvalid (another process has it; another work than `work`: names the differences);
  // kUnsupported; kCorrupt (it is not empty, and its first line is not one of a journal).
  static Result<Journal> Open(const std::string& path, const BatchWork& work);

  // The bytes of the results file that count.
  std::int64_t results_bytes() const { return results_bytes_; }
  // Image -> what it was renamed to, or an empty text.
  const std::unordered_map<std::string, std::string>& done() const { return done_; }
  // Bytes of damaged lines that Open has cut off.
  std::int64_t cut_bytes() const { return cut_bytes_; }

  // Returns when the entries are on the disk. Errors: kIo.
  MaybeError Append(std::span<const JournalEntry> entries);

 private:
  explicit Journal(LineFile file) : file_(std::move(file)) {}
  MaybeError Read(const BatchWork& work);

  LineFile file_;
  std::int64_t results_bytes_ = 0;
  std::int64_t cut_bytes_ = 0;
  std::unordered_map<std::string, std::string> done_;
};

}  // namespace edgevlm
