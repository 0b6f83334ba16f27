#include "eval/datasets/parquet/parquet_file.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "eval/datasets/parquet/decompress.h"
#include "eval/datasets/parquet/levels.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kRows = 300;  // of tests/data/datasets/make_parquet.py

std::vector<std::byte> ReadTestFile(const std::string& name) {
  const char* source = std::getenv("EDGEVLM_SOURCE");
  const std::string path =
      std::string(source == nullptr ? "." : source) + "/tests/data/datasets/parquet/" + name;
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto span = std::as_bytes(std::span(bytes));
  return {span.begin(), span.end()};
}

// The column of all row groups: the values of each row.
std::vector<std::vector<ParquetValue>> ReadRows(const ParquetFile& file, std::string_view name) {
  std::vector<std::vector<ParquetValue>> rows;
  for (std::size_t group = 0; group < file.row_groups(); ++group) {
    const auto column = file.Read(group, name);
    if (!column) {
      ADD_FAILURE() << column.error().message;
      return {};
    }
    for (std::size_t i = 0; i < column->rows(); ++i) {
      const auto row = column->Row(i);
      rows.emplace_back(row.begin(), row.end());
    }
  }
  return rows;
}

std::vector<ParquetValue> ExpectedOptions(int i) {
  std::vector<ParquetValue> options;
  for (int k = 0; i % 7 != 0 && k < i % 4; ++k) {
    options.emplace_back("option " + std::to_string(i % 5) + " " + std::to_string(k));
    if (k == 2) options.back() = std::monostate();
  }
  return options;
}

std::vector<ParquetValue> One(ParquetValue value) { return {std::move(value)}; }

void ExpectRows(const ParquetFile& file, int count) {
  const auto ids = ReadRows(file, "id");
  ASSERT_EQ(ids.size(), static_cast<std::size_t>(count));
  const auto smalls = ReadRows(file, "small");
  const auto ratios = ReadRows(file, "ratio");
  const auto halves = ReadRows(file, "half");
  const auto flags = ReadRows(file, "flag");
  const auto texts = ReadRows(file, "text");
  const auto kinds = ReadRows(file, "kind");
  const auto options = ReadRows(file, "options");
  const auto paths = ReadRows(file, "image.path");
  for (int i = 0; i < count; ++i) {
    const auto n = static_cast<std::size_t>(i);
    EXPECT_EQ(ids.at(n), One(std::int64_t{i} * 1'000'000'007));
    EXPECT_EQ(smalls.at(n), One(std::int64_t{i} - 150));
    EXPECT_EQ(ratios.at(n), One(i / 8.0));
    EXPECT_EQ(halves.at(n), One(i / 2.0));
    EXPECT_EQ(flags.at(n), One(i % 11 == 0 ? ParquetValue() : ParquetValue(i % 3 == 0)));
    EXPECT_EQ(texts.at(n), One(i % 5 == 0 ? ParquetValue() : "text " + std::to_string(i)));
    EXPECT_EQ(kinds.at(n), One("kind " + std::to_string(i / 100)));
    EXPECT_EQ(options.at(n), ExpectedOptions(i)) << i;
    EXPECT_EQ(paths.at(n), One(std::to_string(i) + ".jpg"));
  }
}

class ParquetFileTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ParquetFileTest, ReadsWhatPyarrowWrote) {
  const auto bytes = ReadTestFile(GetParam());
  const auto file = ParquetFile::Parse(bytes);
  ASSERT_TRUE(file.ok()) << file.error().message;
  ExpectRows(*file, std::string_view(GetParam()) == "none-v2.parquet" ? 20 : kRows);
}

INSTANTIATE_TEST_SUITE_P(Parquet, ParquetFileTest,
                         ::testing::Values("snappy-v1.parquet", "zstd-v2.parquet",
                                           "gzip-plain.parquet", "none-v2.parquet"));

std::string ErrorOfColumn(const std::string& name, std::string_view column,
                          const ParquetLimits& limits = {}) {
  const auto bytes = ReadTestFile(name);
  const auto file = ParquetFile::Parse(bytes, limits);
  if (!file) return file.error().message;
  const auto read = file->Read(0, column);
  return read.ok() ? "no error" : read.error().message;
}

TEST(ParquetFile, NamesWhatItDoesNotRead) {
  EXPECT_EQ(ErrorOfColumn("brotli.parquet", "id"),
            "column 'id': compression: expected UNCOMPRESSED, SNAPPY, GZIP or ZSTD, found BROTLI");
  EXPECT_EQ(ErrorOfColumn("delta.parquet", "id"),
            "column 'id': encoding: expected PLAIN or a dictionary, found DELTA_BINARY_PACKED");
  EXPECT_EQ(
      ErrorOfColumn("snappy-v1.parquet", "pairs"),
      "column 'pairs': expected values or a list of values, found a list of lists or structs");
  EXPECT_EQ(ErrorOfColumn("snappy-v1.parquet", "digest"),
            "column 'digest': type: expected numbers, booleans or BYTE_ARRAY, found "
            "FIXED_LEN_BYTE_ARRAY");
  EXPECT_EQ(ErrorOfColumn("snappy-v1.parquet", "image"),
            "column 'image': expected it, found no such column");
}

TEST(ParquetFile, KeepsToItsLimits) {
  EXPECT_THAT(ErrorOfColumn("snappy-v1.parquet", "id", {.values = 100}),
              HasSubstr("expected at most 100 values in a row group, found 128"));
  EXPECT_THAT(ErrorOfColumn("snappy-v1.parquet", "id", {.page_bytes = 10}),
              HasSubstr("page: expected at most 10 bytes"));
  EXPECT_THAT(ErrorOfColumn("snappy-v1.parquet", "kind", {.column_bytes = 500}),
              HasSubstr("expected at most 500 bytes in a row group"));
}

// Reads everything, whatever comes of it.
void ReadAll(std::span<const std::byte> bytes) {
  const auto file = ParquetFile::Parse(bytes, {.page_bytes = 1u << 20, .values = 4096});
  if (!file) return;
  for (const ParquetLeaf& leaf : file->columns()) {
    for (std::size_t group = 0; group < file->row_groups(); ++group) {
      (void)file->Read(group, leaf.name);
    }
  }
}

TEST(ParquetFile, SurvivesEveryCutAndEveryFlippedByte) {
  auto bytes = ReadTestFile("none-v2.parquet");
  const std::span<const std::byte> whole(bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(ParquetFile::Parse(whole.first(length)).ok()) << length;
  }
  for (std::byte& byte : bytes) {
    const std::byte before = byte;
    byte ^= std::byte{0xFF};
    ReadAll(bytes);
    byte = before;
  }
}

TEST(ParquetFile, SurvivesMetadataCutAtEveryByte) {
  const auto bytes = ReadTestFile("none-v2.parquet");
  const std::size_t tail = bytes.size() - 8;
  std::uint32_t length = 0;
  std::memcpy(&length, &bytes[tail], sizeof(length));
  for (std::uint32_t kept = 0; kept < length; ++kept) {
    // The metadata ends early, and its length says so.
    std::vector<std::byte> cut(bytes.begin(),
                               bytes.begin() + static_cast<long>(tail - length + kept));
    const auto* kept_bytes = reinterpret_cast<const std::byte*>(&kept);
    cut.insert(cut.end(), kept_bytes, kept_bytes + sizeof(kept));
    cut.insert(cut.end(), bytes.end() - 4, bytes.end());
    EXPECT_FALSE(ParquetFile::Parse(cut).ok()) << kept;
  }
}

TEST(ParquetFile, SaysThatItIsNone) {
  const std::string text = "PAR1 and something else";
  EXPECT_EQ(ParquetFile::Parse(std::as_bytes(std::span(text))).error().message,
            "expected a Parquet file with 'PAR1' at its start and end");
  const std::string secret = "PAR1........PARE";
  EXPECT_EQ(ParquetFile::Parse(std::as_bytes(std::span(secret))).error().code,
            ErrorCode::kUnsupported);
}

TEST(ReadParquetLevels, ReadsRunsAndPackedBits) {
  // A run of three times 5, then eight numbers of three bits: 0 to 7.
  const std::string text = "\x06\x05\x03\x88\xC6\xFA";
  ByteReader bytes(std::as_bytes(std::span(text)));
  std::vector<std::uint32_t> values;
  ASSERT_TRUE(ReadParquetLevels(bytes, 3, 10, values));
  EXPECT_THAT(values, ElementsAre(5, 5, 5, 0, 1, 2, 3, 4, 5, 6));
  for (std::size_t length = 0; length < text.size(); ++length) {
    ByteReader cut(std::as_bytes(std::span(text)).first(length));
    EXPECT_FALSE(ReadParquetLevels(cut, 3, 10, values)) << length;
  }
}

TEST(ReadParquetLevels, RejectsRunsOfNothingAndWideValues) {
  for (const std::string& text :
       {std::string("\0\1", 2), std::string("\1", 1), std::string("\2\2")}) {
    ByteReader bytes(std::as_bytes(std::span(text)));
    std::vector<std::uint32_t> values;
    EXPECT_FALSE(ReadParquetLevels(bytes, 1, 4, values));
  }
}

TEST(DecompressPage, RejectsAnotherSize) {
  const std::string text = "abc";
  for (const ParquetCodec codec :
       {ParquetCodec::kNone, ParquetCodec::kSnappy, ParquetCodec::kGzip, ParquetCodec::kZstd}) {
    EXPECT_EQ(DecompressPage(codec, std::as_bytes(std::span(text)), 4).error().code,
              ErrorCode::kCorrupt);
    EXPECT_TRUE(DecompressPage(codec, {}, 0).ok());
  }
}

}  // namespace
}  // namespace edgevlm
