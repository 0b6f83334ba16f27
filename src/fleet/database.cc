#include "fleet/database.h"

#include <sqlite3.h>

namespace edgevlm {
namespace {

constexpr int kBusyMilliseconds = 10000;

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

void Bind(sqlite3_stmt* statement, int index, const DatabaseValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *number);
  } else {
    const auto& text = std::get<std::string>(value);
    sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
}

DatabaseValue Column(sqlite3_stmt* statement, int index) {
  if (sqlite3_column_type(statement, index) == SQLITE_INTEGER) {
    return sqlite3_column_int64(statement, index);
  }
  const void* const text = sqlite3_column_blob(statement, index);
  const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  return text == nullptr ? std::string() : std::string(static_cast<const char*>(text), bytes);
}

}  // namespace

void Database::Closer::operator()(sqlite3* database) const { sqlite3_close(database); }

Result<Database> Database::Open(const std::string& path, Access access) {
  Database opened(path);
  sqlite3* database = nullptr;
  const int flags =
      access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int failed = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  opened.database_.reset(database);
  if (database == nullptr) return Error{ErrorCode::kTooLarge, path + ": no memory left for it"};
  if (failed != SQLITE_OK) return opened.Failure();
  sqlite3_busy_timeout(database, kBusyMilliseconds);
  // What a file from elsewhere declares must not run code or damage others.
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return opened;
}

Error Database::Failure() const {
  ErrorCode code = ErrorCode::kIo;
  switch (sqlite3_errcode(database_.get())) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      code = ErrorCode::kCorrupt;
      break;
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
      code = ErrorCode::kInvalid;
      break;
    case SQLITE_CANTOPEN:
      code = ErrorCode::kNotFound;
      break;
    default:
      break;
  }
  return {code, path_ + ": " + sqlite3_errmsg(database_.get())};
}

MaybeError Database::Run(std::string_view sql, const std::vector<DatabaseValue>& values,
                         const OnRow& on_row) {
  sqlite3_stmt* raw = nullptr;
  const int failed =
      sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, Finalizer> statement(raw);
  if (failed != SQLITE_OK) return Failure();
  for (std::size_t i = 0; i < values.size(); ++i) {
    Bind(raw, static_cast<int>(i) + 1, values[i]);
  }
  int state = SQLITE_ROW;
  while ((state = sqlite3_step(raw)) == SQLITE_ROW) {
    if (on_row == nullptr) continue;
    std::vector<DatabaseValue> row;
    for (int i = 0; i < sqlite3_column_count(raw); ++i) row.push_back(Column(raw, i));
    on_row(row);
  }
  if (state != SQLITE_DONE) return Failure();
  return {};
}

Result<std::int64_t> Database::Number(std::string_view sql,
                                      const std::vector<DatabaseValue>& values,
                                      std::int64_t otherwise) {
  std::int64_t number = otherwise;
  const auto error = Run(sql, values, [&](const std::vector<DatabaseValue>& row) {
    if (const auto* found = std::get_if<std::int64_t>(&row.front())) number = *found;
  });
  if (error) return *error;
  return number;
}

}  // namespace edgevlm
