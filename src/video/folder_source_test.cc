#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "image/write.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FolderSourceTest : public testing::Test {
 protected:
  FolderSourceTest() { std::filesystem::create_directory(folder_); }
  ~FolderSourceTest() override { std::filesystem::remove_all(folder_); }

  void Add(const std::string& name, std::uint8_t gray) {
    Image image(8, 4);
    std::ranges::fill(image.pixels, gray);
    ASSERT_FALSE(WritePng(folder_ / name, image));
  }

  std::vector<double> TimesAndGrays(const FrameRequest& request, bool grays) {
    const auto source = OpenVideoFolder(folder_, 2);
    EXPECT_TRUE(source) << source.error().message;
    const auto stream = (*source)->Read(request);
    EXPECT_TRUE(stream) << stream.error().message;
    std::vector<double> values;
    while (true) {
      const auto frame = (*stream)->Next();
      EXPECT_TRUE(frame) << frame.error().message;
      if (!frame || !*frame) return values;
      values.push_back(grays ? (*frame)->image.pixels[0] : (*frame)->seconds);
    }
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("edgevlm-folder-test-" + std::to_string(getpid()));
};

TEST_F(FolderSourceTest, NamesOfDigitsAreMilliseconds) {
  Add("000500.png", 1);
  Add("001500.png", 2);
  Add("010500.png", 3);
  EXPECT_THAT(TimesAndGrays({}, false), ElementsAre(0, 1, 10));
  EXPECT_THAT(TimesAndGrays({.times = {0.9, 9}}, true), ElementsAre(1, 2));
  EXPECT_THAT(TimesAndGrays({.times = {5, 11}}, true), ElementsAre(2, 3));
}

TEST_F(FolderSourceTest, OtherNamesCount) {
  Add("b.png", 2);
  Add("a.png", 1);
  Add("c.png", 3);
  std::ofstream(folder_ / ".hidden") << "no image";
  EXPECT_THAT(TimesAndGrays({}, false), ElementsAre(0, 0.5, 1));
  EXPECT_THAT(TimesAndGrays({}, true), ElementsAre(1, 2, 3));
  EXPECT_THAT(TimesAndGrays({.every_seconds = 1}, true), ElementsAre(1, 3));
}

TEST_F(FolderSourceTest, NumbersOfFramesAreNoTimes) {
  for (const std::uint8_t number : std::vector<std::uint8_t>{9, 10, 11, 100}) {
    Add(std::to_string(number) + ".png", number);
  }
  EXPECT_THAT(TimesAndGrays({}, false), ElementsAre(0, 0.5, 1, 1.5));
  EXPECT_THAT(TimesAndGrays({}, true), ElementsAre(9, 10, 11, 100));
}

TEST_F(FolderSourceTest, WhatIsNoImageIsAnError) {
  EXPECT_THAT(OpenVideoFolder(folder_).error().message, HasSubstr("found an empty one"));
  EXPECT_THAT(OpenVideoFolder(folder_ / "none").error().message, HasSubstr("none: "));
  Add("1.png", 1);
  std::ofstream(folder_ / "2.png") << "no image";
  const auto stream = (*OpenVideoFolder(folder_))->Read({});
  ASSERT_TRUE(stream);
  ASSERT_TRUE((*stream)->Next());
  EXPECT_THAT((*stream)->Next().error().message, HasSubstr("2.png: "));
}

}  // namespace
}  // namespace edgevlm
