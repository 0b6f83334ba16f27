// Files that other programs wrote. They are not part of the repository: the folder is
// $EDGEVLM_SHARED, or `shared` beside the repository.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/mapped_file.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

std::filesystem::path ParityFolder() {
  if (const char* shared = std::getenv("EDGEVLM_SHARED")) {
    return std::filesystem::path(shared) / "parity";
  }
  const char* source = std::getenv("EDGEVLM_SOURCE");  // set by ctest
  const auto repository = std::filesystem::absolute(source == nullptr ? "." : source);
  return repository.parent_path() / "shared" / "parity";
}

class ParityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(ParityFolder())) {
      GTEST_SKIP() << "no folder " << ParityFolder() << "; set EDGEVLM_SHARED";
    }
  }
};

TEST_F(ParityTest, EveryFileCanBeRead) {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ParityFolder())) {
    if (entry.path().extension() != ".gguf") continue;
    const auto mapped = MappedFile::Open(entry.path().string());
    ASSERT_TRUE(mapped) << mapped.error().message;
    const auto file = GgufFile::Parse(mapped->bytes());
    ASSERT_TRUE(file) << entry.path() << ": " << file.error().message;
    EXPECT_TRUE(file->String(keys::kArchitecture)) << entry.path();
    EXPECT_GT(file->keys().size() + file->tensors().size(), 5u) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 4);
}

// Q8_0 keeps every value to half a step of its block, of 127 steps; the float16 values compared
// with are rounded themselves (2^-11 of a value), and so is the scale (2^-11, 127 times).
TEST_F(ParityTest, QuantisedWeightsAreThePlainOnesToHalfAStep) {
  const auto plain = MappedFile::Open((ParityFolder() / "tiny-llama-f16.gguf").string());
  const auto quantised = MappedFile::Open((ParityFolder() / "tiny-llama-Q8_0.gguf").string());
  ASSERT_TRUE(plain && quantised);
  const auto plain_file = GgufFile::Parse(plain->bytes());
  const auto quantised_file = GgufFile::Parse(quantised->bytes());
  ASSERT_TRUE(plain_file && quantised_file);
  int compared = 0;
  for (const GgufTensor& tensor : quantised_file->tensors()) {
    if (tensor.view.dtype != DType::kQ8_0) continue;
    const auto original = plain_file->Tensor(tensor.name, tensor.view.shape);
    ASSERT_TRUE(original) << original.error().message;
    const auto expected = ToFloats(*original);
    const auto actual = ToFloats(tensor.view);
    ASSERT_TRUE(expected && actual);
    for (std::size_t block = 0; block < actual->size(); block += 32) {
      float largest = 0;
      for (std::size_t i = block; i < block + 32; ++i) {
        largest = std::max(largest, std::fabs((*expected)[i]));
      }
      const float tolerance = largest * (0.5f / 127 + 0x1p-10f);
      for (std::size_t i = block; i < block + 32; ++i) {
        ASSERT_NEAR((*actual)[i], (*expected)[i], tolerance) << tensor.name << " " << i;
      }
    }
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

}  // namespace
}  // namespace edgevlm
