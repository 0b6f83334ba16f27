#include "base/checked_copy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/mapped_file.h"

namespace edgevlm {
namespace {

TEST(CheckedCopy, CopiesAnyLengthFromAnyAddress) {
  std::vector<std::byte> from(100000);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<std::byte>(i * 7 >> 3);
  for (const std::size_t length : {0u, 1u, 4095u, 4097u, 99990u}) {
    std::vector<std::byte> to(length + 1, std::byte{42});
    ASSERT_TRUE(CheckedCopy(std::span(from).subspan(3, length), to.data()));
    EXPECT_TRUE(std::equal(to.begin(), to.end() - 1, from.begin() + 3)) << length;
    EXPECT_EQ(to.back(), std::byte{42});
  }
}

TEST(CheckedCopy, SaysWhenTheFileWasCut) {
  if (!CopiesAreChecked()) GTEST_SKIP() << "the kernel does not copy here";
  std::string path = (std::filesystem::temp_directory_path() / "checked-XXXXXX").string();
  close(mkstemp(path.data()));
  std::ofstream(path) << std::string(100000, 'x');
  const auto file = MappedFile::Open(path);
  ASSERT_TRUE(file) << file.error().message;
  std::vector<std::byte> to(100000);
  EXPECT_TRUE(CheckedCopy(file->bytes(), to.data()));
  EXPECT_EQ(to.back(), std::byte{'x'});
  std::filesystem::resize_file(path, 5000);
  EXPECT_TRUE(CheckedCopy(file->bytes().first(5000), to.data()));
  EXPECT_FALSE(CheckedCopy(file->bytes(), to.data()));
  EXPECT_FALSE(CheckedCopy(file->bytes().subspan(90000), to.data()));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace edgevlm
