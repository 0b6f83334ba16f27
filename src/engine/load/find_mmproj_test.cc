#include "engine/load/find_mmproj.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace edgevlm {
namespace {

namespace fs = std::filesystem;

class FindMmprojTest : public ::testing::Test {
 protected:
  FindMmprojTest()
      : folder_(fs::temp_directory_path() / ("edgevlm_mmproj_" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~FindMmprojTest() override { fs::remove_all(folder_); }

  void Touch(const char* name) const { std::ofstream(folder_ / name) << "x"; }

  // The name found, or the error.
  std::string Find(const char* model) const {
    const Result<std::string> found = FindMmproj((folder_ / model).string(), "");
    if (!found) return found.error().message;
    return fs::path(*found).filename().string();
  }

  fs::path folder_;
};

TEST_F(FindMmprojTest, TakesTheOnlyOne) {
  EXPECT_EQ(Find("model.gguf"), "");
  Touch("model.gguf");
  Touch("mmproj.txt");
  EXPECT_EQ(Find("model.gguf"), "");
  Touch("MMPROJ-of-something.gguf");
  EXPECT_EQ(Find("model.gguf"), "MMPROJ-of-something.gguf");
  EXPECT_EQ(Find("MMPROJ-of-something.gguf"), "") << "is one itself";
  EXPECT_EQ(*FindMmproj("model.gguf", "given.gguf"), "given.gguf");
  EXPECT_EQ(*FindMmproj((folder_ / "model.gguf").string(), "none"), "");
}

TEST_F(FindMmprojTest, OfSeveralTheOneOfTheSameName) {
  Touch("mmproj-SmolVLM-f16.gguf");
  Touch("mobilevlm-mmproj.gguf");
  EXPECT_EQ(Find("SmolVLM-Q8_0.gguf"), "mmproj-SmolVLM-f16.gguf");
  EXPECT_EQ(Find("mobilevlm-q4_k_m.gguf"), "mobilevlm-mmproj.gguf");
  EXPECT_NE(Find("tinyllama.gguf").find("expected one mmproj file"), std::string::npos);
}

TEST_F(FindMmprojTest, TheFirstOfSeveralParts) {
  Touch("mmproj-big-00001-of-00002.gguf");
  Touch("mmproj-big-00002-of-00002.gguf");
  EXPECT_EQ(Find("model.gguf"), "mmproj-big-00001-of-00002.gguf");
}

TEST_F(FindMmprojTest, AFolderThatIsNotThereHasNone) {
  EXPECT_EQ(*FindMmproj((folder_ / "no" / "model.gguf").string(), ""), "");
}

}  // namespace
}  // namespace edgevlm
