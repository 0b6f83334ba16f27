#include "metrics/history.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace edgevlm {
namespace {

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(History, RotatesTheFileWhenItIsFull) {
  const std::string path = ::testing::TempDir() + "/history_test.jsonl";
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".1");
  History history(path, 8);
  for (const char* line : {"one", "two", "three", "four"}) EXPECT_FALSE(history.Add(line));
  EXPECT_EQ(ReadText(path), "four\n");
  EXPECT_EQ(ReadText(path + ".1"), "three\n");
}

TEST(History, AFullDiskIsAnError) {
  History history("/dev/full", 1 << 20);
  EXPECT_TRUE(history.Add("line"));
}

TEST(History, AMissingFolderIsAnError) {
  History history("/nowhere/history.jsonl", 1 << 20);
  EXPECT_TRUE(history.Add("line"));
}

}  // namespace
}  // namespace edgevlm
