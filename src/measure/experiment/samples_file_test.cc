#include "measure/experiment/samples_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

class SamplesFileTest : public ::testing::Test {
 protected:
  SamplesFileTest() {
    path_ = ::testing::TempDir() + "samples_" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl";
    std::filesystem::remove(path_);
  }
  ~SamplesFileTest() override { std::filesystem::remove(path_); }

  static ExperimentSample Sample(std::int64_t index) {
    return {.index = index,
            .item = "row, \"7\"\n",
            .condition = {{"cache", "f16"}},
            .round = 2,
            .metrics = {{"total_ms", 1.0 / 3}, {"image_share", 0.5}},
            .question = "who?",
            .answers = {"me", "\xff not UTF-8"},
            .choices = {"you", "me"},
            .path = "a/b.png",
            .reply = "you"};
  }

  std::vector<std::int64_t> Indices() const {
    std::vector<std::int64_t> indices;
    const auto error = ReadSamples(path_, [&](ExperimentSample&& sample) -> MaybeError {
      indices.push_back(sample.index);
      return {};
    });
    EXPECT_FALSE(error) << error->message;
    return indices;
  }

  std::string path_;
};

TEST_F(SamplesFileTest, ASampleIsReadBackAsItWas) {
  const Result<ExperimentSample> read = ReadSampleLine(SampleLine(Sample(5)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->index, 5);
  EXPECT_EQ(read->item, Sample(5).item);
  EXPECT_EQ(read->condition, Sample(5).condition);
  EXPECT_EQ(read->round, 2);
  EXPECT_EQ(read->metrics, Sample(5).metrics);
  EXPECT_EQ(read->question, "who?");
  EXPECT_EQ(read->answers.front(), "me");
  EXPECT_EQ(read->choices, Sample(5).choices);
  EXPECT_EQ(read->path, "a/b.png");
  EXPECT_EQ(read->reply, "you");
  EXPECT_EQ(read->error, "");
}

TEST_F(SamplesFileTest, CutAnywhereNothingCompleteIsLostAndNothingIsTwice) {
  std::string whole;
  for (int i = 0; i < 3; ++i) whole += SampleLine(Sample(i));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    std::ofstream(path_, std::ios::binary) << whole.substr(0, size);
    {
      Result<SamplesFile> file = SamplesFile::Open(path_);
      ASSERT_TRUE(file) << file.error().message;
      for (std::int64_t i = file->next(); i < 3; ++i) ASSERT_FALSE(file->Append(Sample(i)));
      EXPECT_EQ(file->next(), 3);
    }
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    ASSERT_EQ(text.str(), whole) << "cut at " << size;
  }
}

TEST_F(SamplesFileTest, OnlyOneProcessWritesIt) {
  const Result<SamplesFile> file = SamplesFile::Open(path_);
  ASSERT_TRUE(file) << file.error().message;
  const Result<SamplesFile> second = SamplesFile::Open(path_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("found another process"));
}

TEST_F(SamplesFileTest, OtherFilesAreRefusedAndLeftAsTheyAre) {
  std::ofstream(path_) << "my notes\n";
  const Result<SamplesFile> file = SamplesFile::Open(path_);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(std::filesystem::file_size(path_), 9u);
}

TEST_F(SamplesFileTest, AnUnfinishedLastLineIsNotRead) {
  std::ofstream(path_) << SampleLine(Sample(0)) << "{\"n\":1";
  EXPECT_EQ(Indices(), std::vector<std::int64_t>{0});
}

TEST_F(SamplesFileTest, WrongLinesAreNamed) {
  std::ofstream(path_) << SampleLine(Sample(0)) << "{\"n\":\"one\"}\n" << SampleLine(Sample(2));
  const auto error =
      ReadSamples(path_, [](ExperimentSample&&) -> MaybeError { return std::nullopt; });
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr(".jsonl:2: expected a sample"));
}

TEST_F(SamplesFileTest, AFullDiskIsAnErrorThatNamesTheFile) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  Result<SamplesFile> file = SamplesFile::Open("/dev/full");
  // A device cannot be cut to a length: refused at once, or at the first sample.
  const std::string message =
      file ? file->Append(Sample(0)).value_or(Error{ErrorCode::kIo, "written"}).message
           : file.error().message;
  EXPECT_THAT(message, HasSubstr("/dev/full: "));
}

}  // namespace
}  // namespace edgevlm
