#include "base/line_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

class LineFileTest : public ::testing::Test {
 protected:
  LineFileTest() {
    path_ = ::testing::TempDir() + "lines_" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove(path_);
  }
  ~LineFileTest() override { std::filesystem::remove(path_); }

  LineFile Open() const {
    Result<LineFile> file = LineFile::Open(path_, "test");
    if (!file) CheckFailed(__FILE__, __LINE__, file.error().message.c_str());
    return *std::move(file);
  }

  std::string Text() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::string path_;
};

TEST_F(LineFileTest, CutAnywhereTheWholeLinesStay) {
  // Longer than what is read at once while looking for the end of a line.
  const std::string whole = "one\n\n" + std::string(10000, 'x') + "\nlast\n";
  for (std::size_t size = 0; size <= whole.size(); size += size < 9 || size > 10000 ? 1 : 997) {
    std::ofstream(path_, std::ios::binary) << whole.substr(0, size);
    LineFile file = Open();
    const std::size_t end = whole.substr(0, size).rfind('\n') + 1;  // npos + 1 is 0
    ASSERT_EQ(file.bytes(), static_cast<std::int64_t>(end)) << size;
    ASSERT_FALSE(file.Append(whole.substr(end)));
    ASSERT_EQ(Text(), whole) << size;
  }
}

TEST_F(LineFileTest, TheLastLineIsFound) {
  LineFile file = Open();
  EXPECT_EQ(*file.LastLine(), "");
  ASSERT_FALSE(file.Append("one\ntwo\n"));
  EXPECT_EQ(*file.LastLine(), "two");
  ASSERT_FALSE(file.CutTo(4));
  EXPECT_EQ(*file.LastLine(), "one");
  ASSERT_FALSE(file.Append("\n"));
  EXPECT_EQ(*file.LastLine(), "");
  ASSERT_FALSE(file.Sync());
}

TEST_F(LineFileTest, OnlyOneProcessWritesIt) {
  const LineFile file = Open();
  const Result<LineFile> second = LineFile::Open(path_, "test");
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("only test that writes it, found another process"));
}

TEST_F(LineFileTest, FailuresNameTheFile) {
  const Result<LineFile> file = LineFile::Open(path_ + "/below/nothing", "test");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("nothing: No such file"));
}

}  // namespace
}  // namespace edgevlm
