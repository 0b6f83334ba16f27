#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace edgevlm {
namespace {

// A folder of its own for every test, removed afterwards.
class MappedFileTest : public ::testing::Test {
 protected:
  MappedFileTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mapped-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~MappedFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST_F(MappedFileTest, GivesTheBytesAndMoves) {
  std::ofstream(Path("a")) << "content";
  auto opened = MappedFile::Open(Path("a"));
  ASSERT_TRUE(opened) << opened.error().message;
  MappedFile first = std::move(*opened);
  MappedFile second = std::move(first);
  EXPECT_TRUE(first.bytes().empty());  // NOLINT(bugprone-use-after-move): is asked here
  ASSERT_EQ(second.bytes().size(), 7u);
  EXPECT_EQ(std::memcmp(second.bytes().data(), "content", 7), 0);
  std::ofstream(Path("b")) << "other";
  second = std::move(*MappedFile::Open(Path("b")));
  EXPECT_EQ(second.bytes().size(), 5u);
}

// Bytes of this process's memory that the mapping at `address` takes now.
std::size_t ResidentBytes(const void* address) {
  char prefix[32];
  std::snprintf(prefix, sizeof(prefix), "%zx-", reinterpret_cast<std::uintptr_t>(address));
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  while (std::getline(maps, line) && line.rfind(prefix, 0) != 0) continue;
  while (std::getline(maps, line) && line.rfind("Rss:", 0) != 0) continue;
  return std::stoul(line.substr(4)) * 1024;
}

TEST_F(MappedFileTest, ForgetsWholePagesAndReadsThemAgain) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::string text;
  for (std::size_t i = 0; i < 256 * page; ++i) text += static_cast<char>(i % 251);
  std::ofstream(Path("a")) << text;
  auto file = MappedFile::Open(Path("a"));
  ASSERT_TRUE(file) << file.error().message;
  const auto same = [&] {
    return std::memcmp(file->bytes().data(), text.data(), text.size()) == 0;
  };
  ASSERT_TRUE(same());
  ASSERT_EQ(ResidentBytes(file->bytes().data()), 256 * page);
  file->Forget(file->bytes().subspan(1, 200 * page));  // a part of the first page is still wanted
  EXPECT_EQ(ResidentBytes(file->bytes().data()), 57 * page);
  file->Forget(file->bytes().subspan(page + 1, page));  // no whole page
  EXPECT_TRUE(same());
  file->Forget(file->bytes());
  EXPECT_TRUE(same());
}

TEST_F(MappedFileTest, NoticesThatTheFileWasWritten) {
  std::ofstream(Path("a")) << "content";
  auto file = MappedFile::Open(Path("a"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->CheckUnchanged());
  // A file that takes its name is another one.
  std::ofstream(Path("b")) << "other";
  std::filesystem::rename(Path("b"), Path("a"));
  EXPECT_FALSE(file->CheckUnchanged());

  file = MappedFile::Open(Path("a"));
  std::filesystem::resize_file(Path("a"), 3);
  ASSERT_TRUE(file->CheckUnchanged());
  EXPECT_EQ(file->CheckUnchanged()->code, ErrorCode::kIo);
  EXPECT_EQ(file->CheckUnchanged()->message.rfind(Path("a") + ": ", 0), 0u);

  file = MappedFile::Open(Path("a"));
  std::filesystem::last_write_time(
      Path("a"), std::filesystem::last_write_time(Path("a")) + std::chrono::milliseconds(1));
  EXPECT_TRUE(file->CheckUnchanged());
}

TEST_F(MappedFileTest, WhatIsNoFileIsNamed) {
  EXPECT_EQ(MappedFile::Open(Path("none")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(MappedFile::Open(Path("none")).error().message, Path("none") + ": no such file");
  EXPECT_EQ(MappedFile::Open(folder_.string()).error().message,
            folder_.string() + ": expected a regular file, found a directory");
  EXPECT_EQ(MappedFile::Open("/dev/zero").error().message,
            "/dev/zero: expected a regular file, found a device");
  std::ofstream(Path("empty")).flush();
  EXPECT_EQ(MappedFile::Open(Path("empty")).error().message,
            Path("empty") + ": expected a file with content, found an empty one");
  EXPECT_FALSE(MappedFile::Open("/proc/self/mem").ok());
  EXPECT_FALSE(MappedFile::Open("").ok());
}

TEST_F(MappedFileTest, DoesNotWaitForPipesAndSockets) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(MappedFile::Open(Path("pipe")).error().message,
            Path("pipe") + ": expected a regular file, found a pipe");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, Path("socket").c_str(), sizeof(address.sun_path) - 1);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(MappedFile::Open(Path("socket")).error().message,
            Path("socket") + ": expected a regular file, found a socket");
  close(listener);
}

}  // namespace
}  // namespace edgevlm
