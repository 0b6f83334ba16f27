// CaptionIndex: an SQLite database of results with full-text search.
//
// A copy of results files, which it follows: for each it knows up to which byte it has read it. It
// may therefore be added to a batch later, deleted, or fall behind in a crash. Several batches may
// share one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fleet/database.h"

namespace edgevlm {

// Threads: one.
class CaptionIndex {
 public:
  // Makes the database, or opens one. results: the path of the results file that it will follow.
  // Errors, which name the file: kIo, kCorrupt, kInvalid (a database of another program).
  static Result<CaptionIndex> Open(const std::string& path, const std::string& results);

  // Reads what is new in the first `end` bytes of the results file, and drops what was read beyond
  // them. Errors: those of Open; kCorrupt also for a line that is no result (names it).
  MaybeError Follow(std::int64_t end);

 private:
  CaptionIndex(Database database, std::string results)
      : database_(std::move(database)), results_(std::move(results)) {}
  MaybeError Prepare();
  MaybeError Drop(std::int64_t end);
  MaybeError Read(std::int64_t begin, std::int64_t end);
  MaybeError Add(std::int64_t offset, const std::string& line);

  Database database_;
  std::string results_;
  std::int64_t batch_ = 0;  // its row
  std::int64_t read_ = 0;   // bytes of the results file
};

struct FoundCaption {
  std::string path;  // of the image
  std::string text;
};

// The images whose texts have all words of a query, the best matches first. Words match whatever
// their case, accents and English endings ("cars" finds "car"); words in double quotes must follow
// each other; a word with * at its end stands for all that begin so. Errors: kNotFound, kCorrupt,
// kInvalid (no words; a database of another program).
Result<std::vector<FoundCaption>> SearchCaptions(const std::string& path, std::string_view query,
                                                 int limit);

// The same in SQLite's language for FTS5: every word quoted. Empty: there are no words.
std::string FullTextQuery(std::string_view query);

}  // namespace edgevlm
