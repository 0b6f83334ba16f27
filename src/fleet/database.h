// Database: an SQLite database, its failures as errors of one line. For fleet/ only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

struct sqlite3;

namespace edgevlm {

// A value that is bound to a statement or read from a row.
using DatabaseValue = std::variant<std::int64_t, std::string>;

// Threads: one.
class Database {
 public:
  enum class Access { kRead, kWrite };

  // kWrite makes a file that does not exist. Errors, which name the file: kNotFound, kIo.
  static Result<Database> Open(const std::string& path, Access access);

  // Runs one statement with values for its question marks, and calls on_row for each row of its
  // result; null: rows are ignored. Errors: kCorrupt (not a database, or a damaged one), kIo (also
  // a full disk, or another process that writes it), kInvalid (the statement, for this file).
  using OnRow = std::function<void(const std::vector<DatabaseValue>&)>;
  MaybeError Run(std::string_view sql, const std::vector<DatabaseValue>& values = {},
                 const OnRow& on_row = nullptr);

  // The number in the first column of the first row; `otherwise` without one. Errors: as for Run.
  Result<std::int64_t> Number(std::string_view sql, const std::vector<DatabaseValue>& values = {},
                              std::int64_t otherwise = 0);

  const std::string& path() const { return path_; }

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };

  explicit Database(std::string path) : path_(std::move(path)) {}
  Error Failure() const;

  std::string path_;
  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace edgevlm
