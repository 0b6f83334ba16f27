#include "server/spans/span_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

RequestSpan FailedSpan() {
  return {.origin = {.method = "POST", .route = "/vqa"}, .model = "tiny", .status = 503};
}

class SpanFileTest : public ::testing::Test {
 protected:
  SpanFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "spans-XXXXXX").string();
    const int file = mkstemp(name.data());
    EXPECT_GE(file, 0);
    close(file);
    path_ = name;
  }
  ~SpanFileTest() override { std::filesystem::remove(path_); }

  std::vector<std::string> Lines() const {
    std::ifstream file(path_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

  std::string path_;
  std::vector<std::string> errors_;
  const std::function<void(const std::string&)> on_error_ = [this](const std::string& error) {
    errors_.push_back(error);
  };
};

TEST_F(SpanFileTest, AppendsWholeLinesFromAllThreads) {
  std::ofstream(path_) << "{}\n";
  constexpr int kWriters = 4, kSpans = 50;
  {
    const auto one = SpanFile::Open(path_, on_error_), two = SpanFile::Open(path_, on_error_);
    ASSERT_TRUE(one && two);
    std::vector<std::thread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&file = i % 2 == 0 ? *one : *two] {
        for (int j = 0; j < kSpans; ++j) file->Write(FailedSpan());
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1u + kWriters * kSpans);
  for (const std::string& line : lines) {
    EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).is_object()) << line;
  }
  EXPECT_TRUE(errors_.empty());
}

TEST_F(SpanFileTest, ReportsAFullDiskOnce) {
  const auto file = SpanFile::Open("/dev/full", on_error_);
  ASSERT_TRUE(file);
  for (int i = 0; i < 3; ++i) (*file)->Write(FailedSpan());
  EXPECT_THAT(errors_, ElementsAre("spans: /dev/full: cannot be written: No space left on device"));
}

TEST_F(SpanFileTest, ReportsAPathThatCannotBeOpened) {
  const auto file = SpanFile::Open(path_ + "/below", on_error_);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::kIo);
  EXPECT_THAT(file.error().message, HasSubstr("/below: cannot be written: Not a directory"));
}

}  // namespace
}  // namespace edgevlm
