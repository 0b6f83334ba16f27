#include "cli/watch/run_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

TEST(RunCommand, GivesTheTextAsInput) {
  const auto path =
      std::filesystem::temp_directory_path() / ("edgevlm-run-command-" + std::to_string(getpid()));
  EXPECT_FALSE(RunCommand("cat > " + path.string(), "{\"caption\":\"a dog\"}\n", 10'000));
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "{\"caption\":\"a dog\"}");
  std::filesystem::remove(path);
}

TEST(RunCommand, FailuresAreOneLine) {
  EXPECT_THAT(RunCommand("exit 3", "", 10'000)->message, HasSubstr("exit code 0, found 3"));
  EXPECT_THAT(RunCommand("kill -TERM $$", "", 10'000)->message, HasSubstr("found signal 15"));
}

// What it has started ends with it.
TEST(RunCommand, EndsWhatTakesTooLong) {
  EXPECT_THAT(RunCommand("sleep 600 & wait", "", 100)->message, HasSubstr("an end within 0 s"));
}

}  // namespace
}  // namespace edgevlm
