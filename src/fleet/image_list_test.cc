#include "fleet/image_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ImageListTest : public ::testing::Test {
 protected:
  ImageListTest() {
    folder_ = ::testing::TempDir() + "images_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_ + "/b/deep");
    for (const char* name : {"/b/deep/1.JPG", "/b/2.webp", "/c.png", "/a.ppm", "/notes.txt"}) {
      std::ofstream(folder_ + name) << "x";
    }
  }
  ~ImageListTest() override { fs::remove_all(folder_); }

  std::string folder_;
};

std::vector<std::string> Read(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> images;
  const auto error = ReadImageList(in, "list", images);
  EXPECT_FALSE(error) << error->message;
  return images;
}

TEST_F(ImageListTest, FoldersAreReadInTheOrderOfTheirPaths) {
  fs::create_directory_symlink(folder_, folder_ + "/b/loop");
  const auto list = ListImages({folder_});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_THAT(list->images, ElementsAre(folder_ + "/a.ppm", folder_ + "/b/2.webp",
                                        folder_ + "/b/deep/1.JPG", folder_ + "/c.png"));
  EXPECT_THAT(list->problems, IsEmpty());
}

TEST_F(ImageListTest, InputsOfAllKindsAreJoinedWithoutDuplicates) {
  std::ofstream(folder_ + "/notes.txt") << folder_ << "/c.png\n" << folder_ << "/gone.png\r\n\n";
  const auto list = ListImages({folder_ + "/a.ppm", folder_ + "/notes.txt", folder_ + "/*.p?[gm]"});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_THAT(list->images,
              ElementsAre(folder_ + "/a.ppm", folder_ + "/c.png", folder_ + "/gone.png"));
  EXPECT_EQ(list->duplicates, 2);
}

TEST_F(ImageListTest, WhatMatchesNothingIsNamed) {
  const auto list = ListImages({folder_ + "/*.gif"});
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().message, HasSubstr("/*.gif: expected a folder, an image, a list"));
}

TEST(ReadImageList, LinesAndZeroBytesEndPaths) {
  EXPECT_THAT(Read("a.png\n\nb c.png\r\nlast.png"), ElementsAre("a.png", "b c.png", "last.png"));
  using std::string_literals::operator""s;
  EXPECT_THAT(Read("a\0two\nlines.png\0"s), ElementsAre("a", "two\nlines.png"));
}

TEST(ReadImageList, CutAnywhereItIsTheSameUpToTheCut) {
  const std::string whole = "one.png\ntwo.png\nthree.png\n";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    std::string joined;
    for (const std::string& path : Read(whole.substr(0, size))) joined += path + "\n";
    std::string expected = whole.substr(0, size);
    if (!expected.empty() && !expected.ends_with('\n')) expected += '\n';
    EXPECT_EQ(joined, expected);
  }
}

TEST(ReadImageList, LongPathsAreErrorsThatNameTheLine) {
  const auto error_of = [](const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> images;
    return ReadImageList(in, "list", images).value_or(Error{ErrorCode::kIo, "none"}).message;
  };
  EXPECT_EQ(error_of("a\n" + std::string(kMaxPathBytes, 'x')), "none");
  EXPECT_EQ(error_of(std::string("a\nb\0c", 5)),
            "list:2: expected the path of an image, found a zero byte");
  EXPECT_EQ(error_of("a\n" + std::string(kMaxPathBytes + 9, 'x')),
            "list:2: expected a path of at most 4095 bytes, found more");
}

}  // namespace
}  // namespace edgevlm
