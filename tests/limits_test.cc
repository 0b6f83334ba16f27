// Too few threads or too little memory: one line and exit code 1, never a signal.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "program.h"

namespace edgevlm {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kGibibyteInKibibytes = 1 << 20;

// Runs the binary from a shell with resource limits.
class LimitsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (IsSanitized()) GTEST_SKIP() << "sanitizers reserve address space";
  }
  ~LimitsTest() override { setenv("EDGEVLM_BINARY", binary_.c_str(), 1); }

  Outcome RunLimited(const std::string& limits, const std::vector<std::string>& arguments) const {
    const std::string script = folder_.Write(
        "limited.sh", "#!/bin/sh\n" + limits + " || exit 99\nexec '" + binary_ + "' \"$@\"\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    setenv("EDGEVLM_BINARY", script.c_str(), 1);
    Outcome outcome = RunEdgevlm(arguments);
    setenv("EDGEVLM_BINARY", binary_.c_str(), 1);
    return outcome;
  }

  // Stacks of 1 GiB of address space each, with a limit on their number.
  Outcome RunWithStacks(int stacks, const std::vector<std::string>& arguments) const {
    return RunLimited("ulimit -s " + std::to_string(kGibibyteInKibibytes) + " && ulimit -v " +
                          std::to_string(kGibibyteInKibibytes * stacks + kGibibyteInKibibytes / 2),
                      arguments);
  }

  static void ExpectNoMoreThreads(const Outcome& outcome) {
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, StartsWith("edgevlm: threads: "));
  }

  const TestFolder folder_;
  const std::string binary_ = BinaryPath();
  const std::string image_ = folder_.Write("picture.ppm", PpmImage());
};

TEST_F(LimitsTest, ReportsTooFewThreads) {
  const std::vector<std::string> command_lines[] = {
      {"caption", image_, "-t", "16"},
      {"ask", image_, "what is this?", "-t", "16"},
      {"chat", "-t", "16"},
      {"bench", "-t", "16"},
      {"profile", image_, "-t", "16"},
      {"quantize", ModelPath(), folder_.Path("out.gguf"), "f16", "-t", "16"},
  };
  for (const auto& arguments : command_lines) {
    SCOPED_TRACE(arguments[0]);
    const Outcome outcome = RunWithStacks(3, arguments);
    ExpectNoMoreThreads(outcome);
    EXPECT_THAT(outcome.errors, HasSubstr("threads: expected 16, found "));
  }
  EXPECT_EQ(RunWithStacks(3, {"caption", image_, "-t", "1"}).exit_code, 0);
}

// Whichever of its threads does not start, the server exits instead of hanging.
TEST_F(LimitsTest, AServerWithTooFewThreadsExits) {
  for (int stacks = 0; stacks < 6; ++stacks) {
    SCOPED_TRACE(stacks);
    ExpectNoMoreThreads(RunWithStacks(stacks, {"serve", "--port", "0", "-t", "1"}));
  }
}

// From too little memory to start to enough for everything.
TEST_F(LimitsTest, ReportsTooLittleMemory) {
  for (int mebibytes = 60; mebibytes <= 300; mebibytes += 12) {
    SCOPED_TRACE(mebibytes);
    const std::string limit = "ulimit -v " + std::to_string(mebibytes * 1024);
    const Outcome outcome = RunLimited(limit, {"caption", image_, "-t", "4"});
    if (outcome.exit_code == 127) continue;  // the loader could not map the program
    EXPECT_THAT(outcome.exit_code, AnyOf(0, 1));
    if (outcome.exit_code == 1) {
      EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
      EXPECT_THAT(outcome.errors, StartsWith("edgevlm: "));
    }
  }
}

}  // namespace
}  // namespace edgevlm
