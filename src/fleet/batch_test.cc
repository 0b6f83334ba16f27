#include "fleet/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "engine/testing/tiny_engine.h"
#include "fleet/caption_index.h"
#include "fleet/sidecar.h"
#include "fleet/testing/texts.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class BatchTest : public ::testing::Test {
 protected:
  BatchTest() {
    folder_ = ::testing::TempDir() + "batch_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    options_.results = folder_ + "/results.jsonl";
    options_.pipeline = {
        .asked = {.decode = {.max_tokens = 3}}, .running = 4, .encode_together = 2};
    options_.work = {{"model", "tiny"}};
  }
  ~BatchTest() override { fs::remove_all(folder_); }

  std::vector<std::string> MakeImages(int count) const {
    std::vector<std::string> images;
    for (int i = 0; i < count; ++i) {
      images.push_back(folder_ + "/" + std::to_string(i) + ".ppm");
      const auto bytes = TinyImage(4, 4, static_cast<unsigned>(i % 50));
      std::ofstream(images.back(), std::ios::binary)
          .write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
    }
    return images;
  }

  // Stops after about so many images; 0: does not.
  BatchReport Run(const std::vector<std::string>& images, std::int64_t stop_after = 0) {
    std::atomic<std::int64_t> asked = 0;
    const auto report =
        RunBatch(engine_, images, options_,
                 {.on_problem = [&](const std::string& line) { problems_.push_back(line); },
                  .is_stopped = [&] { return stop_after > 0 && ++asked > stop_after; }});
    EXPECT_TRUE(report) << report.error().message;
    return report ? *report : BatchReport();
  }

  std::vector<std::string> ResultImages() const {
    std::vector<std::string> images;
    std::ifstream file(options_.results);
    for (std::string line; std::getline(file, line);) {
      const auto object = nlohmann::json::parse(line, nullptr, false);
      images.push_back(object.is_object() ? object.value("image", "") : "no JSON: " + line);
    }
    return images;
  }

  const Engine engine_ = TinyEngine();
  std::string folder_;
  BatchOptions options_;
  std::vector<std::string> problems_;
};

TEST_F(BatchTest, TenThousandImagesHaveOneResultEachInOrder) {
  options_.pipeline.asked.decode.max_tokens = 1;
  options_.pipeline.running = 32;
  const auto images = MakeImages(10000);
  const BatchReport report = Run(images);
  EXPECT_EQ(report.progress.done, 10000);
  EXPECT_EQ(ResultImages(), images);
}

TEST_F(BatchTest, StoppedAnywhereItGoesOnToTheSameResults) {
  const auto images = MakeImages(60);
  Run(images);
  const std::string whole = ReadText(options_.results);
  options_.results = folder_ + "/again.jsonl";
  int runs = 0;
  while (Run(images, 5).is_stopped) ++runs;
  EXPECT_GT(runs, 2);
  EXPECT_EQ(ReadText(options_.results), whole);
  EXPECT_EQ(Run(images).progress.earlier, 60);
}

// As after a crash: the journal ends anywhere, the results at or after what it names.
TEST_F(BatchTest, CutAtAnyByteItGoesOnToTheSameResults) {
  const auto images = MakeImages(3);
  Run(images);
  const std::string whole = ReadText(options_.results);
  const std::string journal_path = options_.results + ".journal";
  const std::string journal = ReadText(journal_path);
  const std::size_t head = journal.find('\n') + 1;
  std::mt19937 random(1);
  for (std::size_t size = head; size <= journal.size(); ++size) {
    std::ofstream(journal_path, std::ios::binary) << journal.substr(0, size);
    const auto content = ParseJournal(journal.substr(0, size));
    const auto end =
        static_cast<std::size_t>(content->entries.empty() ? 0 : content->entries.back().end);
    std::ofstream(options_.results, std::ios::binary)
        << whole.substr(0, end + random() % (whole.size() - end + 1));
    Run(images);
    ASSERT_EQ(ReadText(options_.results), whole) << size;
    ASSERT_EQ(ReadText(journal_path), journal) << size;
  }
}

TEST_F(BatchTest, FailuresAreListedAndTriedAgain) {
  auto images = MakeImages(5);
  std::ofstream(images[1]) << "no image";
  fs::remove(images[3]);
  const BatchReport report = Run(images);
  EXPECT_EQ(report.progress.done, 3);
  ASSERT_THAT(report.failures, SizeIs(2));
  EXPECT_EQ(report.failures[0].image, images[1]);
  EXPECT_THAT(report.failures[1].message, HasSubstr("3.ppm: cannot be read: No such file"));
  EXPECT_FALSE(report.is_stopped);
  const std::string failed = ReadText(options_.results + ".failed");
  EXPECT_EQ(std::ranges::count(failed, '\n'), 2);
  EXPECT_THAT(ResultImages(), ElementsAre(images[0], images[2], images[4]));
  fs::copy_file(images[0], images[1], fs::copy_options::overwrite_existing);
  fs::copy_file(images[0], images[3]);
  EXPECT_THAT(Run(images).failures, IsEmpty());
  EXPECT_FALSE(fs::exists(options_.results + ".failed"));
  EXPECT_THAT(ResultImages(), ElementsAre(images[0], images[2], images[4], images[1], images[3]));
}

TEST_F(BatchTest, ResultsAsTheyComeAreTheSameInAnotherOrder) {
  options_.in_order = false;
  auto images = MakeImages(40);
  Run(images);
  auto found = ResultImages();
  std::ranges::sort(found);
  std::ranges::sort(images);
  EXPECT_EQ(found, images);
}

TEST_F(BatchTest, NewNamesSurviveACrashBeforeTheyAreGiven) {
  options_.rename = *NameTemplate::Parse("{number}-{name}", 1);
  options_.makes_sidecars = true;
  const auto images = MakeImages(3);
  std::ofstream(SidecarPath(images[0])) << "another program's";
  Run(images);
  EXPECT_THAT(problems_, ElementsAre(HasSubstr("0.ppm.xmp: kept")));
  const std::string renamed = folder_ + "/000001-0.ppm";
  EXPECT_FALSE(fs::exists(images[0]));
  EXPECT_EQ(ReadText(SidecarPath(renamed)), "another program's");
  EXPECT_THAT(ReadText(SidecarPath(folder_ + "/000002-1.ppm")), HasSubstr("dc:description"));
  // Journaled, but the names are the old ones.
  fs::rename(renamed, images[0]);
  const BatchReport again = Run(images);
  EXPECT_EQ(again.progress.earlier, 3);
  EXPECT_TRUE(fs::exists(renamed));
  // Neither name is a new image.
  EXPECT_EQ(Run({renamed, images[0]}).progress.earlier, 2);
}

TEST_F(BatchTest, NewNamesReplaceNoFile) {
  options_.rename = *NameTemplate::Parse("same{caption}", 1);
  auto images = MakeImages(1);
  for (int i = 1; i < 4; ++i) {
    images.push_back(folder_ + "/copy" + std::to_string(i) + ".ppm");
    fs::copy_file(images[0], images.back());
  }
  Run(images);
  const auto files = std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  EXPECT_EQ(files, 4 + 2);  // the images, the results and the journal
}

TEST_F(BatchTest, TheIndexMayBeAddedLater) {
  const auto images = MakeImages(4);
  Run({images[0], images[1]});
  options_.index = folder_ + "/captions.db";
  Run(images);
  auto database = Database::Open(options_.index, Database::Access::kRead);
  ASSERT_TRUE(database);
  EXPECT_EQ(*database->Number("SELECT count(*) FROM results"), 4);
  EXPECT_EQ(*database->Number("SELECT count(*) FROM captions"), 4);
}

TEST_F(BatchTest, AFullDiskStopsItAndItGoesOnAfterwards) {
  const auto images = MakeImages(60);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  for (const rlim_t limit : {200U, 1000U, 3000U}) {
    const rlimit small = {.rlim_cur = limit, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const auto report = RunBatch(engine_, images, options_, {});
    setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::kIo);
    EXPECT_THAT(report.error().message, HasSubstr("results.jsonl"));
  }
  std::signal(SIGXFSZ, SIG_DFL);
  Run(images);
  EXPECT_EQ(ResultImages(), images);
}

TEST_F(BatchTest, ForeignAndMissingFilesAreNotOverwritten) {
  const auto images = MakeImages(1);
  std::ofstream(options_.results) << "my notes\n";
  const auto report = RunBatch(engine_, images, options_, {});
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("expected a new file or the results of a batch"));
  EXPECT_EQ(ReadText(options_.results), "my notes\n");
  fs::remove(options_.results);
  Run(images);
  fs::remove(options_.results);
  const auto lost = RunBatch(engine_, images, options_, {});
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace edgevlm
