#include "eval/datasets/csv.h"

#include <gmock/gmock.h>

#include <sstream>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using CsvRows = std::vector<std::vector<std::string>>;

Result<CsvRows> ReadCsv(const std::string& text, const CsvLimits& limits = {}) {
  std::istringstream in(text);
  CsvReader reader(in, "a.csv", limits);
  CsvRows rows;
  std::vector<std::string> fields;
  while (true) {
    const auto found = reader.Next(fields);
    if (!found) return found.error();
    if (!*found) return rows;
    rows.push_back(fields);
  }
}

std::string ErrorOfCsv(const std::string& text, const CsvLimits& limits = {}) {
  const auto rows = ReadCsv(text, limits);
  return rows.ok() ? "no error" : rows.error().message;
}

TEST(CsvReader, ReadsWhatTheStandardAllows) {
  const auto rows = ReadCsv("a,b,\r\n\"1,\"\"x\"\"\r\n2\",,\"\"\n\n\r\nlast");
  ASSERT_TRUE(rows.ok()) << rows.error().message;
  EXPECT_THAT(*rows, ElementsAre(ElementsAre("a", "b", ""), ElementsAre("1,\"x\"\r\n2", "", ""),
                                 ElementsAre("last")));
}

TEST(CsvReader, SkipsTheByteOrderMark) {
  EXPECT_THAT(*ReadCsv("\xEF\xBB\xBF\"a\",b\n"), ElementsAre(ElementsAre("a", "b")));
  EXPECT_TRUE(ReadCsv("\xEF\xBB\xBF")->empty());
  EXPECT_TRUE(ReadCsv("")->empty());
}

TEST(CsvReader, KnowsTheLineOfARow) {
  std::istringstream in("a\n\n\"b\nb\"\nc\n");
  CsvReader reader(in, "a.csv");
  std::vector<std::string> fields;
  for (const std::size_t line : {1u, 3u, 5u}) {
    ASSERT_TRUE(*reader.Next(fields));
    EXPECT_EQ(reader.line(), line);
  }
}

TEST(CsvReader, NamesTheErrorAndWhereItIs) {
  EXPECT_EQ(ErrorOfCsv("a\nb,c\"d\n"),
            "a.csv: line 2, column 4: expected a field in quotes to start with its quote");
  EXPECT_EQ(ErrorOfCsv("a\n\"b\n\nc"),
            "a.csv: line 2, column 1: expected a closing quote for this one, found the end");
  EXPECT_EQ(ErrorOfCsv("\"b\"c"),
            "a.csv: line 1, column 4: expected a comma or the line's end after the quote");
  EXPECT_EQ(ErrorOfCsv("a\rb"),
            "a.csv: line 1, column 2: expected LF or CRLF at the line's end, found a lone CR");
  EXPECT_EQ(ErrorOfCsv("a\nb,\xE9\n"),
            "a.csv: line 2: field 2: expected UTF-8, found byte 0xE9 (as in Latin-1 or "
            "Windows-1252)");
  EXPECT_THAT(ErrorOfCsv(std::string("a\0", 2)), HasSubstr("NUL"));
  EXPECT_EQ(ErrorOfCsv(std::string("\xFF\xFE\x61\0", 4)),
            "a.csv: line 1: expected UTF-8, found UTF-16 (little-endian)");
  EXPECT_THAT(ErrorOfCsv("\xFE\xFF"), HasSubstr("UTF-16 (big-endian)"));
  EXPECT_THAT(ErrorOfCsv(std::string("\xFF\xFE\0\0", 4)), HasSubstr("UTF-32 (little-endian)"));
}

TEST(CsvReader, KeepsToTheLimits) {
  EXPECT_THAT(ErrorOfCsv("abcd", {.field_bytes = 3}),
              HasSubstr("column 4: expected at most 3 bytes"));
  EXPECT_THAT(ErrorOfCsv("abc,d", {.row_bytes = 3}), HasSubstr("at most 3 bytes in a row"));
  EXPECT_THAT(ErrorOfCsv("a,b,c", {.fields = 2}), HasSubstr("at most 2 fields"));
  EXPECT_EQ(ErrorOfCsv("abc\nabc", {.field_bytes = 3, .row_bytes = 3, .fields = 1}), "no error");
}

TEST(CsvReader, SurvivesEveryCut) {
  const std::string whole = "\xEF\xBB\xBFid,\"q\"\"\"\r\n\"\xC3\xA4,\n\",x\r\n";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto rows = ReadCsv(whole.substr(0, length));
    EXPECT_TRUE(!rows.ok() || rows->size() <= 2) << length;
  }
}

TEST(AppendCsvRow, IsReadBackAsItWas) {
  const CsvRows rows = {
      {"a", "", "b,c"}, {""}, {"\"", "x\ny", "\r"}, {" s", "t ", "\xEF\xBB\xBFu"}};
  std::string text;
  for (const auto& row : rows) AppendCsvRow(row, text);
  EXPECT_THAT(text, testing::StartsWith("a,,\"b,c\"\n\"\"\n"));
  EXPECT_EQ(*ReadCsv(text), rows);
}

}  // namespace
}  // namespace edgevlm
