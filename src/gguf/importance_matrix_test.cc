#include "gguf/importance_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include "base/mapped_file.h"
#include "gguf/writer.h"
#include "tensor/tensor_view.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ImportanceMatrix TwoTensors() {
  ImportanceMatrix matrix;
  matrix.entries["blk.0.ffn_up.weight"] = {.sums = {4, 8, 0}, .counts = {4}};
  matrix.entries["experts"] = {.sums = {1, 2, 3, 4}, .counts = {2, 0}};
  matrix.datasets = {"notes.txt", "a.jpg"};
  matrix.chunks = 3;
  matrix.chunk_tokens = 512;
  return matrix;
}

class ImportanceMatrixTest : public ::testing::Test {
 protected:
  ImportanceMatrixTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "imatrix-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ImportanceMatrixTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::byte> Written(const ImportanceMatrix& matrix) const {
    const std::string path = (folder_ / "imatrix.gguf").string();
    const auto error = matrix.Write(path, Existing::kReplaced);
    EXPECT_FALSE(error) << error->message;
    const auto file = MappedFile::Open(path);
    return {file->bytes().begin(), file->bytes().end()};
  }

  std::filesystem::path folder_;
};

TEST_F(ImportanceMatrixTest, ComesBackAsItWasWritten) {
  const auto read = ImportanceMatrix::Parse(Written(TwoTensors()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->chunks, 3u);
  EXPECT_EQ(read->chunk_tokens, 512u);
  EXPECT_THAT(read->datasets, ElementsAre("notes.txt", "a.jpg"));
  ASSERT_EQ(read->entries.size(), 2u);
  EXPECT_THAT(read->entries.at("blk.0.ffn_up.weight").MeanSquares(), ElementsAre(1, 2, 0));
  EXPECT_THAT(read->entries.at("experts").MeanSquares(), ElementsAre(0.5, 1, 0, 0));
}

TEST_F(ImportanceMatrixTest, CutFilesAreErrors) {
  const std::vector<std::byte> bytes = Written(TwoTensors());
  constexpr std::size_t kPadding = kGgufAlignment - 2 * sizeof(float);  // after the last counts
  for (std::size_t size = 0; size < bytes.size() - kPadding; ++size) {
    EXPECT_FALSE(ImportanceMatrix::Parse(std::span(bytes).first(size))) << size;
  }
}

TEST_F(ImportanceMatrixTest, OtherValuesAreErrors) {
  for (const float value :
       {-1.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    ImportanceMatrix matrix = TwoTensors();
    matrix.entries["experts"].sums[2] = value;
    const auto read = ImportanceMatrix::Parse(Written(matrix));
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("entry 'experts': expected numbers of at least 0"));
  }
  GgufWriter model;
  model.Add("general.architecture", "llama");
  EXPECT_THAT(ImportanceMatrix::Parse(*model.ToBytes()).error().message,
              HasSubstr("expected a file of general.type 'imatrix', found 'model'"));
  GgufWriter uncounted;
  uncounted.Add("general.type", "imatrix");
  uncounted.AddTensor("a.in_sum2", DType::kF32, {1, 2},
                      *FromFloats(std::vector<float>{1, 2}, DType::kF32));
  EXPECT_THAT(ImportanceMatrix::Parse(*uncounted.ToBytes()).error().message,
              HasSubstr("entry 'a': expected its counts, found none"));
}

// The older form, as llama-imatrix --output-format dat writes it.
class OldFile {
 public:
  OldFile& Int(std::int32_t value) { return Append(&value, sizeof(value)); }
  OldFile& Text(std::string_view text) {
    Int(static_cast<std::int32_t>(text.size()));
    return Append(text.data(), text.size());
  }
  OldFile& Floats(const std::vector<float>& values) {
    Int(static_cast<std::int32_t>(values.size()));
    return Append(values.data(), 4 * values.size());
  }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  OldFile& Append(const void* from, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), begin, begin + size);
    return *this;
  }

  std::vector<std::byte> bytes_;
};

TEST(OldImportanceMatrix, IsRead) {
  OldFile file;
  file.Int(2).Text("a").Int(2).Floats({2, 6}).Text("b").Int(1).Floats({5}).Int(7).Text("wiki");
  const auto read = ImportanceMatrix::Parse(file.bytes());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->entries.at("a").MeanSquares(), ElementsAre(1, 3));
  EXPECT_THAT(read->entries.at("b").MeanSquares(), ElementsAre(5));
  EXPECT_EQ(read->chunks, 7u);
  EXPECT_THAT(read->datasets, ElementsAre("wiki"));
}

// A file may end after its entries; anywhere before, it is an error.
TEST(OldImportanceMatrix, CutFilesAreErrors) {
  OldFile file;
  file.Int(2).Text("a").Int(2).Floats({2, 6}).Text("b").Int(1).Floats({5});
  for (std::size_t size = 0; size < file.bytes().size(); ++size) {
    EXPECT_FALSE(ImportanceMatrix::Parse(std::span(file.bytes()).first(size))) << size;
  }
  EXPECT_TRUE(ImportanceMatrix::Parse(file.bytes()));
}

TEST(OldImportanceMatrix, LiesAreErrors) {
  EXPECT_FALSE(ImportanceMatrix::Parse(OldFile().Int(-1).bytes()));
  EXPECT_FALSE(ImportanceMatrix::Parse(OldFile().Int(1 << 30).bytes()));
  EXPECT_FALSE(ImportanceMatrix::Parse(OldFile().Int(1).Int(1 << 30).bytes()));
  EXPECT_FALSE(ImportanceMatrix::Parse(OldFile().Int(1).Text("a").Int(1).Int(1 << 30).bytes()));
  EXPECT_FALSE(ImportanceMatrix::Parse(OldFile().Int(1).Text("a").Int(0).Floats({1}).bytes()));
  EXPECT_FALSE(ImportanceMatrix::Parse(OldFile().Int(1).Text("a").Int(1).Floats({-1}).bytes()));
}

}  // namespace
}  // namespace edgevlm
