// edgevlm bench run, with the real binary: results, interruptions, bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "program.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::string_view kSpec = R"(experiment:
  title: How long a reply may be
  workload: ask
  repetitions: 40
vary:
  max_tokens: [1, 8]
finding:
  judge: ratio
  metric: total_ms
  over: max_tokens
  from: 1
  to: 8
)";

class BenchRun : public ::testing::Test {
 protected:
  BenchRun() {
    manifest_ = folder_.Write("manifest.csv",
                              "id,path,type,question,answer\n"
                              "one,image.ppm,image,What is there?,a circle\n"
                              "two,image.ppm,image,How many?,2\n");
    folder_.Write("image.ppm", PpmImage());
    spec_ = folder_.Write("reply.yaml", kSpec);
  }

  std::vector<std::string> Arguments(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"bench",   "run",   spec_, "--manifest",
                                          manifest_, "--out", Out()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  std::string Out() const { return folder_.Path("out"); }
  std::string ResultPath(const std::string& name) const { return Out() + "/reply/" + name; }

  long Samples() const {
    const std::string text = ReadWholeFile(ResultPath("samples.jsonl"));
    return std::ranges::count(text, '\n');
  }

  // Starts a run, sends the signal once there are some samples, and returns how it ended.
  int Interrupt(int signal, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = Arguments(std::move(more));
    arguments.insert(arguments.begin(), BinaryPath());
    std::vector<char*> raw;
    for (std::string& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", 1, 0);  // O_WRONLY
    pid_t process = 0;
    EXPECT_EQ(posix_spawn(&process, raw[0], &quiet, nullptr, raw.data(), environ), 0);
    posix_spawn_file_actions_destroy(&quiet);
    const long before = fs::exists(ResultPath("samples.jsonl")) ? Samples() : 0;
    for (int i = 0; i < 3000; ++i) {
      if (fs::exists(ResultPath("samples.jsonl")) && Samples() >= before + 3) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    kill(process, signal);
    int status = 0;
    waitpid(process, &status, 0);
    return status;
  }

  const TestFolder folder_;
  std::string manifest_, spec_;
};

TEST_F(BenchRun, ListsItsSpecs) {
  const Outcome list = RunEdgevlm({"bench", "run", "--list"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.output, HasSubstr("modality-bottleneck"));
  EXPECT_THAT(list.output, HasSubstr("(needs --model)"));
}

TEST_F(BenchRun, LeavesResults) {
  const Outcome run = RunEdgevlm(Arguments({"-r", "2", "--json", "--score", "vqa,exact"}));
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const auto results = nlohmann::json::parse(run.output);
  EXPECT_EQ(results, nlohmann::json::parse(ReadWholeFile(ResultPath("results.json"))));
  EXPECT_EQ(results["samples"], 8);
  EXPECT_EQ(results["conditions"].size(), 2u);
  const auto& condition = results["conditions"][1];
  EXPECT_EQ(condition["condition"]["max_tokens"], "8");
  EXPECT_GT(condition["metrics"]["vision_encoder_ms"]["median"], 0);
  EXPECT_EQ(condition["scores"].back()["kind"], "exact");
  EXPECT_THAT(results["finding"], HasSubstr("times that with 1"));
  EXPECT_THAT(ReadWholeFile(ResultPath("report.html")), HasSubstr("How long a reply may be"));
}

TEST_F(BenchRun, GoesOnAfterBeingStoppedAndKilled) {
  const int stopped = Interrupt(SIGINT);
  ASSERT_TRUE(WIFEXITED(stopped));
  EXPECT_EQ(WEXITSTATUS(stopped), 1);
  EXPECT_TRUE(fs::exists(ResultPath("report.html"))) << "of what was measured";
  EXPECT_TRUE(WIFSIGNALED(Interrupt(SIGKILL, {"--resume"})));
  const Outcome finished = RunEdgevlm(Arguments({"--resume", "--json"}));
  ASSERT_EQ(finished.exit_code, 0) << finished.errors;
  EXPECT_EQ(nlohmann::json::parse(finished.output)["samples"], 2 * 2 * 40);
  EXPECT_EQ(Samples(), 2 * 2 * 40);
}

TEST_F(BenchRun, FailsIfNothingCouldBeMeasured) {
  folder_.Write("image.ppm", "no image");
  const Outcome run = RunEdgevlm(Arguments({"-r", "1"}));
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("2 failed: "));
}

TEST_F(BenchRun, RefusesWithOneLine) {
  const auto refused = [](const std::vector<std::string>& arguments, std::string_view reason) {
    const Outcome run = RunEdgevlm(arguments);
    EXPECT_EQ(run.exit_code, 1) << run.output;
    EXPECT_EQ(run.ErrorLines(), 1) << run.errors;
    EXPECT_THAT(run.errors, HasSubstr(reason));
  };
  refused({"bench", "run"}, "expected a spec, --all or --list");
  refused({"bench", "run", "nosuch"}, "nosuch: expected a file or one of");
  refused({"bench", "run", "needle"}, "expected --model");
  refused(Arguments({"--score", "beauty"}), "beauty");
  folder_.Write("reply.yaml", "experiment:\n  workload: dance\nfinding:\n  judge: range\n");
  refused(Arguments(), "expected one of ask");
  folder_.Write("reply.yaml", kSpec);
  folder_.Write("manifest.csv", "id,path,type,question,answer\none,\"image.ppm,image,a,b\n");
  refused(Arguments(), "manifest.csv");
}

}  // namespace
}  // namespace edgevlm
