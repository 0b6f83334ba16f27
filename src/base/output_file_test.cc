#include "base/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "output-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~OutputFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  static MaybeError Write(const std::string& path, std::string_view text, Existing existing) {
    auto file = OutputFile::Create(path, existing);
    if (!file) return file.error();
    if (auto error = file->Append(std::as_bytes(std::span(text)))) return error;
    return file->Commit();
  }

  static std::string TextOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  long Files() const { return std::distance(std::filesystem::directory_iterator(folder_), {}); }

  std::filesystem::path folder_;
};

TEST_F(OutputFileTest, AppearsWhenItIsComplete) {
  {
    auto file = OutputFile::Create(Path("out"));
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_FALSE(file->Append(std::as_bytes(std::span("half", 4))));
    EXPECT_FALSE(std::filesystem::exists(Path("out")));
  }
  EXPECT_EQ(Files(), 0);
  EXPECT_FALSE(Write(Path("out"), "whole", Existing::kKept));
  EXPECT_FALSE(Write(Path("out"), "another", Existing::kReplaced));
  EXPECT_EQ(TextOf(Path("out")), "another");
  EXPECT_EQ(Files(), 1);
}

// A process that is killed by a signal runs no destructors.
TEST_F(OutputFileTest, LeavesNothingWhenTheProcessEnds) {
  const int nameless = open(folder_.c_str(), O_TMPFILE | O_WRONLY, 0600);
  if (nameless < 0) GTEST_SKIP() << "this file system has no files without a name";
  close(nameless);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto file = OutputFile::Create(Path("out"));
    if (file) (void)file->Append(std::as_bytes(std::span("half", 4)));
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(Files(), 0);
}

TEST_F(OutputFileTest, KeepsWhatIsThere) {
  ASSERT_FALSE(Write(Path("out"), "first", Existing::kKept));
  std::filesystem::create_symlink("nowhere", Path("dangling"));
  for (const char* name : {"out", "dangling"}) {
    const auto error = Write(Path(name), "second", Existing::kKept);
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code, ErrorCode::kInvalid);
    EXPECT_EQ(error->message, Path(name) + ": expected no such file, or --force to replace it");
  }
  EXPECT_EQ(TextOf(Path("out")), "first");
}

// Two programs that write one file: the second to finish finds the name taken.
TEST_F(OutputFileTest, KeepsWhatAppearedMeanwhile) {
  auto file = OutputFile::Create(Path("out"), Existing::kKept);
  ASSERT_TRUE(file);
  ASSERT_FALSE(Write(Path("out"), "first", Existing::kKept));
  const auto error = file->Commit();
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("expected no such file"));
  EXPECT_EQ(TextOf(Path("out")), "first");
  EXPECT_EQ(Files(), 1);
}

TEST_F(OutputFileTest, KeepsALinkAndReplacesWhatItPointsTo) {
  std::filesystem::create_directory(Path("other"));
  ASSERT_FALSE(Write(Path("other/file"), "before", Existing::kKept));
  std::filesystem::create_symlink("other/file", Path("link"));
  ASSERT_FALSE(Write(Path("link"), "after", Existing::kReplaced));
  EXPECT_TRUE(std::filesystem::is_symlink(Path("link")));
  EXPECT_EQ(TextOf(Path("other/file")), "after");
}

TEST_F(OutputFileTest, RefusesWhatIsNoFile) {
  for (const Existing existing : {Existing::kKept, Existing::kReplaced}) {
    EXPECT_THAT(CheckOutput(Path(""), existing)->message, HasSubstr("found a directory"));
    EXPECT_THAT(CheckOutput("/dev/null", existing)->message, HasSubstr("found a device"));
    const auto nowhere = Write(Path("none/out"), "", existing);
    ASSERT_TRUE(nowhere);
    EXPECT_EQ(nowhere->code, ErrorCode::kIo);
    const auto too_long = CheckOutput(Path(std::string(300, 'x')), existing);
    ASSERT_TRUE(too_long);
    EXPECT_EQ(too_long->code, ErrorCode::kIo);
  }
}

}  // namespace
}  // namespace edgevlm
