#include "fleet/caption_index.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "fleet/result_line.h"

namespace edgevlm {
namespace {

constexpr std::int64_t kApplication = 0x4564564C;  // "EdVL", in the header of the file

// The index holds the words only; the texts are in `results`.
constexpr std::string_view kTables[] = {
    "CREATE TABLE batches (id INTEGER PRIMARY KEY, results TEXT NOT NULL UNIQUE, "
    "bytes INTEGER NOT NULL)",
    "CREATE TABLE results (id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, "
    "offset INTEGER NOT NULL, image TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL, "
    "result TEXT NOT NULL, UNIQUE (batch, offset))",
    "CREATE VIRTUAL TABLE captions USING fts5 (text, content = 'results', content_rowid = 'id', "
    "tokenize = 'porter unicode61')",
    "PRAGMA user_version = 1",
};

Error OtherProgram(const std::string& path) {
  return {ErrorCode::kInvalid, path + ": expected a database of edgevlm batch, found another"};
}

// Whether the database is ours; false for an empty one.
Result<bool> IsOurs(Database& database) {
  const auto application = database.Number("PRAGMA application_id");
  if (!application) return application.error();
  const auto tables = database.Number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*application == kApplication && *tables > 0) return true;
  if (*application == 0 && *tables == 0) return false;
  return OtherProgram(database.path());
}

}  // namespace

Result<CaptionIndex> CaptionIndex::Open(const std::string& path, const std::string& results) {
  auto database = Database::Open(path, Database::Access::kWrite);
  if (!database) return database.error();
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(results, ignored);
  CaptionIndex index(*std::move(database), absolute.lexically_normal());
  if (auto error = index.Prepare()) return *error;
  return index;
}

MaybeError CaptionIndex::Prepare() {
  if (auto error = database_.Run("BEGIN IMMEDIATE")) return error;
  const auto is_ours = IsOurs(database_);
  if (!is_ours) return is_ours.error();
  if (!*is_ours) {
    if (auto error = database_.Run("PRAGMA application_id = " + std::to_string(kApplication))) {
      return error;
    }
    for (const std::string_view sql : kTables) {
      if (auto error = database_.Run(sql)) return error;
    }
  }
  if (auto error =
          database_.Run("INSERT INTO batches (results, bytes) VALUES (?, 0) ON CONFLICT DO NOTHING",
                        {results_})) {
    return error;
  }
  const auto batch = database_.Number("SELECT id FROM batches WHERE results = ?", {results_});
  if (!batch) return batch.error();
  batch_ = *batch;
  const auto read = database_.Number("SELECT bytes FROM batches WHERE id = ?", {batch_});
  if (!read) return read.error();
  read_ = std::max<std::int64_t>(0, *read);
  return database_.Run("COMMIT");
}

MaybeError CaptionIndex::Follow(std::int64_t end) {
  if (end == read_) return {};
  if (auto error = database_.Run("BEGIN IMMEDIATE")) return error;
  MaybeError error = end < read_ ? Drop(end) : Read(read_, end);
  if (!error) {
    error = database_.Run("UPDATE batches SET bytes = ? WHERE id = ?", {end, batch_});
  }
  if (!error) error = database_.Run("COMMIT");
  if (error) {
    // The failure to report is the first; this one can only be that nothing is left to undo.
    static_cast<void>(database_.Run("ROLLBACK"));
    return error;
  }
  read_ = end;
  return {};
}

MaybeError CaptionIndex::Drop(std::int64_t end) {
  if (auto error = database_.Run(
          "INSERT INTO captions (captions, rowid, text) SELECT 'delete', id, text FROM results "
          "WHERE batch = ? AND offset >= ?",
          {batch_, end})) {
    return error;
  }
  return database_.Run("DELETE FROM results WHERE batch = ? AND offset >= ?", {batch_, end});
}

MaybeError CaptionIndex::Read(std::int64_t begin, std::int64_t end) {
  std::ifstream file(results_, std::ios::binary);
  file.seekg(begin);
  std::string line;
  while (begin < end) {
    if (!std::getline(file, line)) {
      return Error{ErrorCode::kIo, results_ + ": cannot be read up to byte " + std::to_string(end)};
    }
    if (auto error = Add(begin, line)) return error;
    begin += static_cast<std::int64_t>(line.size()) + 1;
  }
  return {};
}

MaybeError CaptionIndex::Add(std::int64_t offset, const std::string& line) {
  const Result<ResultText> result = ReadResultLine(line);
  if (!result) {
    return result.error().In(results_ + ": byte " + std::to_string(offset));
  }
  if (auto error =
          database_.Run("INSERT INTO results (batch, offset, image, path, text, result) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        {batch_, offset, result->image, result->path, result->text, line})) {
    return error;
  }
  return database_.Run("INSERT INTO captions (rowid, text) VALUES (last_insert_rowid(), ?)",
                       {result->text});
}

std::string FullTextQuery(std::string_view query) {
  std::string sql;
  std::string word;
  const auto finish = [&](bool is_phrase) {
    const bool is_prefix = !is_phrase && word.ends_with('*');
    if (is_prefix) word.pop_back();
    if (!word.empty()) {
      sql.append(sql.empty() ? "\"" : " \"").append(word).append(is_prefix ? "\"*" : "\"");
    }
    word.clear();
  };
  bool is_quoted = false;
  for (const char c : query) {
    if (c == '"') {
      finish(is_quoted);
      is_quoted = !is_quoted;
    } else if (c == ' ' && !is_quoted) {
      finish(false);
    } else if (c != '\0') {
      word += c;
    }
  }
  finish(false);
  return sql;
}

Result<std::vector<FoundCaption>> SearchCaptions(const std::string& path, std::string_view query,
                                                 int limit) {
  const std::string words = FullTextQuery(query);
  if (words.empty()) return Error{ErrorCode::kInvalid, "search: expected words, found none"};
  auto database = Database::Open(path, Database::Access::kRead);
  if (!database) return database.error();
  const auto is_ours = IsOurs(*database);
  if (!is_ours) return is_ours.error();
  if (!*is_ours) return OtherProgram(path);
  std::vector<FoundCaption> found;
  const auto on_row = [&found](const std::vector<DatabaseValue>& row) {
    const auto* image = std::get_if<std::string>(&row[0]);
    const auto* text = std::get_if<std::string>(&row[1]);
    if (image != nullptr && text != nullptr) found.push_back({.path = *image, .text = *text});
  };
  if (auto error = database->Run(
          "SELECT results.path, results.text FROM captions JOIN results ON results.id = "
          "captions.rowid WHERE captions MATCH ? ORDER BY captions.rank, results.id LIMIT ?",
          {words, std::int64_t{limit}}, on_row)) {
    return *error;
  }
  return found;
}

}  // namespace edgevlm
