#include "train/dataset/write_scenes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "image/decode.h"

namespace edgevlm::train {
namespace {

namespace fs = std::filesystem;

// A temporary folder for each test.
class WriteScenesTest : public ::testing::Test {
 protected:
  WriteScenesTest()
      : folder_(::testing::TempDir() + "edgevlm_scenes_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
  }
  ~WriteScenesTest() override { fs::remove_all(folder_); }

  SceneOptions Into(const char* name) const {
    SceneOptions options;
    options.out = folder_ + "/" + name;
    options.count = 3;
    options.seed = 71;
    return options;
  }

  std::string folder_;
};

// All files of a folder, by name.
std::map<std::string, std::string> FilesOf(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

TEST_F(WriteScenesTest, TheSameOptionsGiveTheSameFiles) {
  ASSERT_EQ(WriteScenes(Into("first")), std::nullopt);
  ASSERT_EQ(WriteScenes(Into("second")), std::nullopt);
  const auto first = FilesOf(folder_ + "/first");
  EXPECT_EQ(first.size(), 5u) << "three images, labels, and the sheet";
  EXPECT_TRUE(first == FilesOf(folder_ + "/second"));

  SceneOptions other = Into("other");
  other.seed = 72;
  ASSERT_EQ(WriteScenes(other), std::nullopt);
  EXPECT_NE(FilesOf(other.out).at("000000.png"), first.at("000000.png"));
}

TEST_F(WriteScenesTest, EveryImageHasItsLabels) {
  SceneOptions options = Into("labelled");
  options.captions = 2;
  options.questions = 4;
  ASSERT_EQ(WriteScenes(options), std::nullopt);
  const auto files = FilesOf(options.out);
  std::istringstream lines(files.at("labels.jsonl"));
  std::string line;
  int count = 0;
  for (; std::getline(lines, line); ++count) {
    const nlohmann::json label = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(label.is_object()) << line;
    const std::string name = label.at("image");
    EXPECT_EQ(name, "00000" + std::to_string(count) + ".png");
    const std::string& png = files.at(name);
    const Result<Image> image = Decode(std::as_bytes(std::span(png)), {});
    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_GE(image->width, 160);
    EXPECT_TRUE(label.at("things").is_array());
    EXPECT_GE(label.at("captions").size(), 1u);
    EXPECT_LE(label.at("captions").size(), 2u);
    EXPECT_LE(label.at("questions").size(), 4u);
    for (const auto& question : label.at("questions")) {
      EXPECT_FALSE(question.at("kind").get<std::string>().empty());
      EXPECT_FALSE(question.at("question").get<std::string>().empty());
      EXPECT_FALSE(question.at("answer").get<std::string>().empty());
    }
  }
  EXPECT_EQ(count, 3);
}

TEST_F(WriteScenesTest, TheSheetHasARowForEveryEightImages) {
  SceneOptions options = Into("sheet");
  options.count = 9;
  ASSERT_EQ(WriteScenes(options), std::nullopt);
  const std::string png = FilesOf(options.out).at("sheet.png");
  const Result<Image> sheet = Decode(std::as_bytes(std::span(png)), {});
  ASSERT_TRUE(sheet.ok());
  EXPECT_EQ(sheet->width, 8 * 160);
  EXPECT_EQ(sheet->height, 2 * 160);
}

TEST_F(WriteScenesTest, QuestionsMayHaveOtherWordings) {
  SceneOptions options = Into("typed");
  options.count = 20;
  options.wording = Wording::kHeldOut;
  options.max_things = 1;
  ASSERT_EQ(WriteScenes(options), std::nullopt);
  std::istringstream lines(FilesOf(options.out).at("labels.jsonl"));
  std::set<std::string> kinds;
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json label = nlohmann::json::parse(line, nullptr, false);
    EXPECT_LE(label.at("things").size(), 1u);
    for (const auto& question : label.at("questions")) kinds.insert(question.at("kind"));
  }
  EXPECT_TRUE(kinds.contains("list") && kinds.contains("absent"));
}

TEST_F(WriteScenesTest, WrongOptionsAreErrors) {
  for (const int count : {-1, 0, 1000001}) {
    SceneOptions options = Into("none");
    options.count = count;
    const MaybeError error = WriteScenes(options);
    ASSERT_TRUE(error.has_value()) << count;
    EXPECT_EQ(error->code, ErrorCode::kInvalid);
    EXPECT_NE(error->message.find(std::to_string(count)), std::string::npos) << error->message;
  }
  SceneOptions options = Into("none");
  options.max_things = 6;
  EXPECT_EQ(WriteScenes(options)->code, ErrorCode::kInvalid);
  options.max_things = 5;
  options.glyphs.font = folder_ + "/no.ttf";
  EXPECT_EQ(WriteScenes(options)->code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(options.out));

  fs::create_directories(folder_);
  std::ofstream(folder_ + "/file") << "not a folder";
  EXPECT_EQ(WriteScenes(Into("file/scenes"))->code, ErrorCode::kIo);
}

}  // namespace
}  // namespace edgevlm::train
