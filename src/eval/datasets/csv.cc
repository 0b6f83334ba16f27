#include "eval/datasets/csv.h"

#include <array>
#include <istream>
#include <optional>
#include <utility>

#include "base/check.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string Hex(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return std::string("0x") + kDigits[byte >> 4] + kDigits[byte & 15];
}

// The encoding that the first four bytes of a file announce, if it is not UTF-8.
std::optional<std::string_view> OtherEncoding(std::string_view start) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kMarks = {{
      {{"\xFF\xFE\0\0", 4}, "UTF-32 (little-endian)"},
      {{"\0\0\xFE\xFF", 4}, "UTF-32 (big-endian)"},
      {{"\xFF\xFE", 2}, "UTF-16 (little-endian)"},
      {{"\xFE\xFF", 2}, "UTF-16 (big-endian)"},
  }};
  for (const auto& [mark, name] : kMarks) {
    if (start.starts_with(mark)) return name;
  }
  return {};
}

// The offset of the first byte that is not UTF-8. REQUIRES: !IsUtf8(text).
std::size_t FirstWrongByte(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size()) {
    const auto point = ReadCodePoint(text.substr(position));
    if (point.state != Utf8State::kWhole) break;
    position += static_cast<std::size_t>(point.bytes);
  }
  return position;
}

// alone: the row has no other field, so that an empty one would be an empty line.
bool NeedsQuotes(std::string_view field, bool alone) {
  if (field.empty()) return alone;
  return field.find_first_of("\",\r\n") != std::string_view::npos || field.front() == ' ' ||
         field.back() == ' ' || field.starts_with(kByteOrderMark);
}

}  // namespace

CsvReader::CsvReader(std::istream& in, std::string name, const CsvLimits& limits)
    : in_(in), name_(std::move(name)), limits_(limits) {}

Error CsvReader::Wrong(ErrorCode code, const std::string& what) const {
  return Error{code, name_ + ": line " + std::to_string(line_) + ", column " +
                         std::to_string(column_) + ": " + what};
}

int CsvReader::Peek() {
  if (!ahead_.empty()) return static_cast<unsigned char>(ahead_.front());
  return in_.peek();
}

int CsvReader::Get() {
  int byte = kEnd;
  if (ahead_.empty()) {
    byte = in_.get();
  } else {
    byte = static_cast<unsigned char>(ahead_.front());
    ahead_.erase(0, 1);
  }
  ++column_;
  if (byte == '\n') {
    ++line_;
    column_ = 1;
  }
  return byte;
}

MaybeError CsvReader::Start() {
  if (started_) return {};
  started_ = true;
  std::array<char, 4> start{};
  in_.read(start.data(), start.size());
  ahead_.assign(start.data(), static_cast<std::size_t>(in_.gcount()));
  if (const auto other = OtherEncoding(ahead_)) {
    return Error{ErrorCode::kUnsupported,
                 name_ + ": line 1: expected UTF-8, found " + std::string(*other)};
  }
  if (ahead_.starts_with(kByteOrderMark)) ahead_.erase(0, kByteOrderMark.size());
  return {};
}

Result<bool> CsvReader::SkipEmptyLines() {
  while (true) {
    row_line_ = line_;
    const int byte = Peek();
    if (byte == kEnd) {
      if (in_.bad()) return Error{ErrorCode::kIo, name_ + ": cannot be read"};
      return false;
    }
    if (byte != '\n' && byte != '\r') return true;
    if (const auto end = EndField(Get()); !end) return end.error();
  }
}

Result<bool> CsvReader::Next(std::vector<std::string>& fields) {
  fields.clear();
  if (auto error = Start()) return *error;
  if (const auto found = SkipEmptyLines(); !found || !*found) return found;
  row_bytes_ = 0;
  After after = After::kField;
  while (after == After::kField) {
    if (fields.size() == limits_.fields) {
      return Wrong(ErrorCode::kTooLarge,
                   "expected at most " + std::to_string(limits_.fields) + " fields in a row");
    }
    const auto read = ReadField(fields.emplace_back());
    if (!read) return read.error();
    after = *read;
  }
  if (in_.bad()) return Error{ErrorCode::kIo, name_ + ": cannot be read"};
  if (auto error = CheckText(fields)) return *error;
  return true;
}

MaybeError CsvReader::CheckText(const std::vector<std::string>& fields) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (IsUtf8(fields[i])) continue;
    const auto byte = static_cast<unsigned char>(fields[i][FirstWrongByte(fields[i])]);
    return Error{ErrorCode::kCorrupt, name_ + ": line " + std::to_string(row_line_) + ": field " +
                                          std::to_string(i + 1) + ": expected UTF-8, found byte " +
                                          Hex(byte) + " (as in Latin-1 or Windows-1252)"};
  }
  return {};
}

MaybeError CsvReader::Append(int byte, std::string& field) {
  if (byte == 0) return Wrong(ErrorCode::kCorrupt, "expected text, found a NUL byte");
  if (field.size() == limits_.field_bytes) {
    return Wrong(ErrorCode::kTooLarge,
                 "expected at most " + std::to_string(limits_.field_bytes) + " bytes in a field");
  }
  if (row_bytes_ == limits_.row_bytes) {
    return Wrong(ErrorCode::kTooLarge,
                 "expected at most " + std::to_string(limits_.row_bytes) + " bytes in a row");
  }
  ++row_bytes_;
  field += static_cast<char>(byte);
  return {};
}

Result<CsvReader::After> CsvReader::ReadField(std::string& field) {
  return Peek() == '"' ? ReadQuoted(field) : ReadPlain(field);
}

Result<CsvReader::After> CsvReader::ReadPlain(std::string& field) {
  while (true) {
    const int byte = Peek();
    if (byte == kEnd || byte == ',' || byte == '\n' || byte == '\r') return EndField(Get());
    if (byte == '"') {
      return Wrong(ErrorCode::kCorrupt, "expected a field in quotes to start with its quote");
    }
    if (auto error = Append(byte, field)) return *error;
    Get();
  }
}

Result<CsvReader::After> CsvReader::ReadQuoted(std::string& field) {
  const Error open =
      Wrong(ErrorCode::kCorrupt, "expected a closing quote for this one, found the end");
  Get();
  while (true) {
    const int byte = Peek();
    if (byte == kEnd) return open;
    Get();
    if (byte == '"') {
      if (Peek() != '"') break;
      Get();
    }
    if (auto error = Append(byte, field)) return *error;
  }
  const int byte = Peek();
  if (byte != kEnd && byte != ',' && byte != '\n' && byte != '\r') {
    return Wrong(ErrorCode::kCorrupt, "expected a comma or the line's end after the quote");
  }
  return EndField(Get());
}

Result<CsvReader::After> CsvReader::EndField(int byte) {
  if (byte == kEnd) return After::kEnd;
  if (byte == ',') return After::kField;
  if (byte == '\r') {
    if (Peek() == kEnd) return After::kEnd;
    if (Peek() != '\n') {
      --column_;
      return Wrong(ErrorCode::kCorrupt, "expected LF or CRLF at the line's end, found a lone CR");
    }
    Get();
  }
  return After::kRow;
}

void AppendCsvRow(const std::vector<std::string>& fields, std::string& text) {
  CHECK(!fields.empty());
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ',';
    const std::string& field = fields[i];
    if (!NeedsQuotes(field, fields.size() == 1)) {
      text += field;
      continue;
    }
    text += '"';
    for (const char c : field) text.append(c == '"' ? 2 : 1, c);
    text += '"';
  }
  text += '\n';
}

}  // namespace edgevlm
