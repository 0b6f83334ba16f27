#include "eval/dataset.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace edgevlm {
namespace {

constexpr std::string_view kLabel =
    R"({"image": "a.png", "things": [{"name": "dog", "count": 2},)"
    R"( {"name": "display", "reads": "427"}, {"name": "ring", "colour": "red"}],)"
    R"( "captions": ["two dogs"], "seed": 5,)"
    R"( "questions": [{"kind": "count", "question": "how many dogs?", "answer": "two"}]})";

TEST(ParseLabel, ReadsEveryField) {
  const auto image = ParseLabel(kLabel);
  ASSERT_TRUE(image.ok()) << image.error().message;
  EXPECT_EQ(image->image, "a.png");
  ASSERT_EQ(image->things.size(), 3u);
  EXPECT_EQ(image->things[0].count, 2);
  EXPECT_EQ(image->things[1].count, 1);
  EXPECT_EQ(image->things[1].reads, "427");
  EXPECT_EQ(image->things[2].color, "red");
  ASSERT_EQ(image->captions.size(), 1u);
  ASSERT_EQ(image->questions.size(), 1u);
  EXPECT_EQ(image->questions[0].kind, "count");
  EXPECT_EQ(image->questions[0].answer, "two");
}

TEST(ParseLabel, RejectsWhatIsNotALabel) {
  for (const char* line : {
           "",
           "[]",
           "{",
           "{}",
           R"({"image": 5})",
           R"({"image": ""})",
           R"({"image": "/etc/passwd"})",
           R"({"image": "../a.png"})",
           R"({"image": "a.png", "things": {}})",
           R"({"image": "a.png", "things": [5]})",
           R"({"image": "a.png", "things": [{"name": "dog", "count": 0}]})",
           R"({"image": "a.png", "things": [{"name": "dog", "count": 99999999999}]})",
           R"({"image": "a.png", "things": [{"count": 1}]})",
           R"({"image": "a.png", "captions": [1]})",
           R"({"image": "a.png", "questions": [{"question": "q"}]})",
       }) {
    const auto image = ParseLabel(line);
    ASSERT_FALSE(image.ok()) << line;
    EXPECT_EQ(image.error().code, ErrorCode::kCorrupt) << line;
  }
}

TEST(ParseLabel, SurvivesEveryCut) {
  for (std::size_t length = 0; length < kLabel.size(); ++length) {
    EXPECT_FALSE(ParseLabel(kLabel.substr(0, length)).ok()) << length;
  }
}

class DatasetFolder : public ::testing::Test {
 protected:
  DatasetFolder() : path_(::testing::TempDir() + "/dataset_test") {
    std::filesystem::create_directories(path_);
  }
  ~DatasetFolder() override { std::filesystem::remove_all(path_); }
  void Write(const std::string& labels) { std::ofstream(path_ + "/labels.jsonl") << labels; }

  const std::string path_;
};

TEST_F(DatasetFolder, IsReadInOrderUpToTheLimit) {
  Write("{\"image\": \"a.png\"}\n\n{\"image\": \"b.png\"}\n{\"image\": \"c.png\"}\n");
  EXPECT_EQ(LoadDataset(path_, 0)->images.size(), 3u);
  const auto dataset = LoadDataset(path_, 2);
  ASSERT_EQ(dataset->images.size(), 2u);
  EXPECT_EQ(dataset->images[1].image, "b.png");
}

TEST_F(DatasetFolder, NamesTheLineThatIsWrong) {
  Write("{\"image\": \"a.png\"}\n{\"image\": 5}\n");
  const auto dataset = LoadDataset(path_, 0);
  ASSERT_FALSE(dataset.ok());
  EXPECT_NE(dataset.error().message.find("line 2: image: expected a text"), std::string::npos)
      << dataset.error().message;
}

TEST_F(DatasetFolder, MustHoldImages) {
  EXPECT_EQ(LoadDataset(path_, 0).error().code, ErrorCode::kNotFound);
  Write("\n");
  EXPECT_EQ(LoadDataset(path_, 0).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace edgevlm
