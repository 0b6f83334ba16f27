#include "fleet/caption_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "fleet/result_line.h"
#include "fleet/testing/texts.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CaptionIndexTest : public ::testing::Test {
 protected:
  CaptionIndexTest() {
    folder_ = ::testing::TempDir() + "index_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    results_ = folder_ + "/results.jsonl";
    path_ = folder_ + "/captions.db";
  }
  ~CaptionIndexTest() override { std::filesystem::remove_all(folder_); }

  std::int64_t Append(const std::string& image, const std::string& caption) const {
    std::ofstream(results_, std::ios::app) << ResultLine(image, "", {}, RepliesOf({caption}));
    return static_cast<std::int64_t>(std::filesystem::file_size(results_));
  }

  void Follow(std::int64_t end) const {
    auto index = CaptionIndex::Open(path_, results_);
    ASSERT_TRUE(index) << index.error().message;
    const auto error = index->Follow(end);
    ASSERT_FALSE(error) << error->message;
  }

  std::vector<std::string> Search(std::string_view query) const {
    const auto found = SearchCaptions(path_, query, 10);
    EXPECT_TRUE(found) << found.error().message;
    std::vector<std::string> paths;
    for (const FoundCaption& caption : *found) paths.push_back(caption.path);
    return paths;
  }

  std::string folder_, results_, path_;
};

TEST(FullTextQuery, QuotesEveryWord) {
  EXPECT_EQ(FullTextQuery("red car"), "\"red\" \"car\"");
  EXPECT_EQ(FullTextQuery("  \"red car\" stre* NOT"), "\"red car\" \"stre\"* \"NOT\"");
  EXPECT_EQ(FullTextQuery("\"half"), "\"half\"");
  EXPECT_EQ(FullTextQuery(" * \"\" "), "");
}

TEST_F(CaptionIndexTest, FindsWordsInAnyFormAndOrder) {
  Append("1.png", "A red car in a street.");
  Append("2.png", "two cars, both painted RED");
  Follow(Append("3.png", "a blue car"));
  EXPECT_THAT(Search("red car"), ::testing::UnorderedElementsAre("1.png", "2.png"));
  EXPECT_THAT(Search("\"red car\""), ElementsAre("1.png"));
  EXPECT_THAT(Search("stre*"), ElementsAre("1.png"));
  EXPECT_THAT(Search("green"), IsEmpty());
}

TEST_F(CaptionIndexTest, FollowsResultsThatGrowAndAreCutOff) {
  const std::int64_t one = Append("1.png", "a cat");
  const std::int64_t two = Append("2.png", "a cat");
  Follow(one);
  EXPECT_THAT(Search("cat"), ElementsAre("1.png"));
  Follow(two);
  Follow(two);
  EXPECT_THAT(Search("cat"), ElementsAre("1.png", "2.png"));
  Follow(one);
  EXPECT_THAT(Search("cat"), ElementsAre("1.png"));
}

TEST_F(CaptionIndexTest, SeveralBatchesShareOne) {
  Follow(Append("1.png", "a cat"));
  results_ = folder_ + "/other.jsonl";
  Follow(Append("2.png", "a cat"));
  EXPECT_THAT(Search("cat"), ElementsAre("1.png", "2.png"));
}

TEST_F(CaptionIndexTest, WrongLinesLeaveItAsItWas) {
  const std::int64_t one = Append("1.png", "a cat");
  Follow(one);
  Append("2.png", "a cat");
  std::ofstream(results_, std::ios::app) << "{\"image\": 3}\n";
  auto index = CaptionIndex::Open(path_, results_);
  ASSERT_TRUE(index);
  const auto error = index->Follow(static_cast<std::int64_t>(std::filesystem::file_size(results_)));
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("expected a result of a batch"));
  EXPECT_THAT(Search("cat"), ElementsAre("1.png"));
}

TEST_F(CaptionIndexTest, OtherFilesAreRefused) {
  std::ofstream(path_) << std::string(4096, 'x');
  const auto text = CaptionIndex::Open(path_, results_);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kCorrupt);
  std::filesystem::remove(path_);
  {
    auto other = Database::Open(path_, Database::Access::kWrite);
    ASSERT_TRUE(other);
    ASSERT_FALSE(other->Run("CREATE TABLE photos (id)"));
  }
  const auto photos = CaptionIndex::Open(path_, results_);
  ASSERT_FALSE(photos);
  EXPECT_THAT(photos.error().message, HasSubstr("expected a database of edgevlm batch"));
  EXPECT_FALSE(SearchCaptions(path_, "cat", 1));
  EXPECT_FALSE(SearchCaptions(folder_ + "/none.db", "cat", 1));
}

// Pages at random places of the file: an error, or whatever is left, but no crash.
TEST_F(CaptionIndexTest, DamagedDatabasesAreErrors) {
  Follow(Append("1.png", "a cat"));
  const std::string whole = ReadText(path_);
  for (std::size_t at = 0; at < whole.size(); at += 509) {
    std::string damaged = whole;
    for (std::size_t i = at; i < std::min(at + 64, damaged.size()); ++i) damaged[i] = '\x7f';
    std::ofstream(path_, std::ios::binary) << damaged;
    const auto found = SearchCaptions(path_, "cat", 10);
    EXPECT_TRUE(found || found.error().message.starts_with(path_)) << at;
  }
  for (std::size_t size = 0; size < whole.size(); size += 509) {
    std::ofstream(path_, std::ios::binary) << whole.substr(0, size);
    EXPECT_FALSE(SearchCaptions(path_, "cat", 10)) << size;
  }
}

TEST(ReadResultLine, ReadsWhatIsWritten) {
  const std::array<std::string, 2> questions = {"a dog?", "where?"};
  const std::string line = ResultLine("a.png", "dog.png", questions, RepliesOf({"yes", "left"}));
  const auto result = ReadResultLine(line.substr(0, line.size() - 1));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->image, "a.png");
  EXPECT_EQ(result->path, "dog.png");
  EXPECT_EQ(result->text, "yes\nleft");
  for (std::size_t size = 0; size + 1 < line.size(); ++size) {
    EXPECT_FALSE(ReadResultLine(line.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace edgevlm
