// Comma-separated values (RFC 4180), read from and written to streams.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

struct CsvLimits {
  std::size_t field_bytes = std::size_t{1} << 20;
  std::size_t row_bytes = std::size_t{4} << 20;
  std::size_t fields = 256;  // of a row
};

// Reads one row after the other.
//
// Rows end with LF or CRLF. A field may be in double quotes, and then holds commas, line ends and
// quotes (doubled). The text is UTF-8, with or without a byte order mark. Empty lines are skipped.
// Memory: one row. Threads: one.
class CsvReader {
 public:
  // name: of the file, for messages. `in` must outlive the reader.
  CsvReader(std::istream& in, std::string name, const CsvLimits& limits = {});

  // Reads the next row into `fields`; false after the last one. An error is final. Errors, with the
  // line and, where it helps, the column in bytes, from 1: kCorrupt (a quote out of place or never
  // closed, a lone CR, bytes that are not UTF-8), kUnsupported (UTF-16, UTF-32, named), kTooLarge,
  // kIo.
  Result<bool> Next(std::vector<std::string>& fields);

  // The line on which the row that Next returned last begins, from 1.
  std::size_t line() const { return row_line_; }

 private:
  enum class After { kField, kRow, kEnd };  // what comes after a field

  int Peek();
  int Get();  // the next byte; negative at the end
  MaybeError Start();
  Result<bool> SkipEmptyLines();  // false at the end
  Result<After> ReadField(std::string& field);
  Result<After> ReadPlain(std::string& field);
  Result<After> ReadQuoted(std::string& field);
  Result<After> EndField(int byte);
  MaybeError CheckText(const std::vector<std::string>& fields) const;
  MaybeError Append(int byte, std::string& field);
  Error Wrong(ErrorCode code, const std::string& what) const;

  std::istream& in_;
  const std::string name_;
  const CsvLimits limits_;
  bool started_ = false;
  std::string ahead_;       // bytes read to find the encoding
  std::size_t line_ = 1;    // of the next byte
  std::size_t column_ = 1;  // of the next byte
  std::size_t row_line_ = 1;
  std::size_t row_bytes_ = 0;
};

// Appends a row that ends with LF. Fields with a quote, a comma, a line end or a space at either
// side are quoted. REQUIRES: fields not empty.
void AppendCsvRow(const std::vector<std::string>& fields, std::string& text);

}  // namespace edgevlm
