#include "fleet/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fleet/testing/texts.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

const BatchWork kWork = {{"model", "built-in"}, {"questions", "[\"a\tb\"]"}};

std::vector<JournalEntry> Entries() {
  return {{.end = 10, .image = "a.png"},
          {.end = 25, .image = "odd\tname\n\\.png", .renamed = "red car.png"},
          {.end = 26, .image = "\xff.png"}};
}

std::string Text() {
  std::string text = JournalHead(kWork);
  for (const JournalEntry& entry : Entries()) text += JournalLine(entry);
  return text;
}

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    path_ = ::testing::TempDir() + "journal_" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove(path_);
  }
  ~JournalTest() override { std::filesystem::remove(path_); }

  void Write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
  std::string ErrorOf(const BatchWork& work) const {
    const auto journal = Journal::Open(path_, work);
    return journal ? "none" : journal.error().message;
  }

  std::string path_;
};

TEST(ParseJournal, ReadsWhatWasWritten) {
  const auto content = ParseJournal(Text());
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_EQ(content->work, kWork);
  EXPECT_THAT(content->entries, ElementsAreArray(Entries()));
  EXPECT_EQ(content->bytes, Text().size());
}

TEST(ParseJournal, KnowsTheFormatOfEarlierRuns) {
  // The CRC-32 of the text behind it, as zlib and gzip compute it.
  EXPECT_EQ(JournalLine({.end = 7, .image = "a.png"}), "4f414918 7\ta.png\n");
}

TEST(ParseJournal, CutAnywhereWholeLinesStay) {
  const std::string text = Text();
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto content = ParseJournal(text.substr(0, size));
    ASSERT_TRUE(content);
    EXPECT_EQ(content->bytes, text.substr(0, size).rfind('\n') + 1) << size;
  }
}

TEST(ParseJournal, AChangedByteEndsWhatCounts) {
  const std::string text = Text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    const auto content = ParseJournal(changed);
    ASSERT_TRUE(content);
    EXPECT_LE(content->bytes, i) << "a line that was changed was taken";
    EXPECT_EQ(content->bytes, i == 0 ? 0 : text.rfind('\n', i - 1) + 1) << i;
  }
}

TEST(ParseJournal, LinesThatContradictEarlierOnesAreNotTaken) {
  const std::string good = JournalHead(kWork) + JournalLine({.end = 10, .image = "a"});
  for (const JournalEntry& wrong :
       {JournalEntry{.end = 10, .image = "b"}, JournalEntry{.end = 20, .image = "a"},
        JournalEntry{.end = 20, .image = ""}}) {
    EXPECT_EQ(ParseJournal(good + JournalLine(wrong))->bytes, good.size());
  }
}

TEST_F(JournalTest, GoesOnAfterACutAtEveryByte) {
  const std::string text = Text();
  for (std::size_t size = JournalHead(kWork).size(); size <= text.size(); ++size) {
    Write(text.substr(0, size));
    Result<Journal> journal = Journal::Open(path_, kWork);
    ASSERT_TRUE(journal) << journal.error().message;
    std::vector<JournalEntry> missing;
    for (const JournalEntry& entry : Entries()) {
      if (!journal->done().contains(entry.image)) missing.push_back(entry);
    }
    ASSERT_FALSE(journal->Append(missing));
    EXPECT_EQ(journal->results_bytes(), 26);
    EXPECT_EQ(ReadText(path_), text);
  }
}

TEST_F(JournalTest, OtherQuestionsAreRefused) {
  Write(Text());
  BatchWork other = kWork;
  other["questions"] = "[]";
  EXPECT_THAT(ErrorOf(other), HasSubstr("questions: begun with [\"a\tb\"], now []; expected"));
  EXPECT_EQ(ErrorOf(kWork), "none");
}

TEST_F(JournalTest, OtherFilesAreRefusedAndLeftAsTheyAre) {
  Write("my notes\n");
  EXPECT_THAT(ErrorOf(kWork), HasSubstr("first line: expected the journal of a batch"));
  EXPECT_EQ(std::filesystem::file_size(path_), 9u);
}

TEST(ParseJournal, OtherVersionsAreNamed) {
  // A head of this version, with the number and the sum of another.
  const auto content = ParseJournal("b6005cbf edgevlm-batch-2\n");
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace edgevlm
