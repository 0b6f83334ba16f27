#include "teacher/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "teacher/testing/tiny_teacher.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

void Write(const std::string& path, const std::vector<std::byte>& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

// An empty folder.
std::string Folder(const std::string& name) {
  const std::string path = ::testing::TempDir() + "teacher_" + name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

TEST(TeacherFolder, ReadsItsShardsInOrder) {
  const std::string folder = Folder("order");
  Write(folder + "/" + kTokenFileName, TokenFileBytes(TinyTeacherTokens()));
  Write(ShardPath(folder, 1), ShardBytes(TinyShard(1)));
  Write(ShardPath(folder, 0), ShardBytes(TinyShard(0)));
  const Result<TeacherFolder> opened = TeacherFolder::Open(folder);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  ASSERT_EQ(opened->size(), 4u);
  EXPECT_EQ(opened->missing_shards(), 1u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(*opened->Read(i), TinyRecord(i));
}

TEST(TeacherFolder, RejectsWhatDoesNotBelongTogether) {
  const std::string folder = Folder("mixed");
  EXPECT_THAT(TeacherFolder::Open(folder).error().message,
              HasSubstr("expected teacher outputs (edgevlm-train teach), found none"));
  Write(ShardPath(folder, 0), ShardBytes(TinyShard(0)));
  EXPECT_EQ(TeacherFolder::Open(folder).error().code, ErrorCode::kNotFound) << "no tokens";
  TeacherTokens others = TinyTeacherTokens();
  others.bytes[0] = "x";
  Write(folder + "/" + kTokenFileName, TokenFileBytes(others));
  EXPECT_THAT(TeacherFolder::Open(folder).error().message, HasSubstr("expected the SHA-256"));
  Write(folder + "/" + kTokenFileName, TokenFileBytes(TinyTeacherTokens()));
  Shard other = TinyShard(1);
  other.setup.teacher_sha256 = std::string(64, '2');
  Write(ShardPath(folder, 1), ShardBytes(other));
  EXPECT_THAT(TeacherFolder::Open(folder).error().message,
              HasSubstr("shard-000001.teach: teacher: expected \"1111"));
  EXPECT_EQ(TeacherFolder::Open(folder + "/none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace edgevlm
