// Distillation from end to end, with the real programs: a teacher that is killed and goes on, each
// stage of a small student, and the student in the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "process.h"
#include "program.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Far more than a step takes, even where other work goes first.
constexpr std::chrono::minutes kLimit{5};

std::string TrainerPath() {
  const char* const path = std::getenv("EDGEVLM_TRAIN_BINARY");
  return path == nullptr ? "build/edgevlm-train" : path;
}

class DistilChainTest : public ::testing::Test {
 protected:
  // Runs edgevlm-train; its exit code. `errors_` is what it wrote.
  int Train(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), TrainerPath());
    const std::string log = folder_.Path("log.txt");
    Process process(std::move(arguments), log);
    const std::optional<int> code = process.Wait(kLimit);
    log_ = ReadWholeFile(log);
    return code.value_or(-1);
  }

  std::vector<std::string> Teach(const std::string& out) const {
    return {"teach",   "--teacher", ModelPath(), "--data", "scenes:5:32", "--texts",        "3",
            "--shard", "4",         "--top-k",   "8",      "--out",       folder_.Path(out)};
  }

  // A few steps of a stage.
  int TrainStage(const std::string& stage, const std::string& out, const std::string& from,
                 const std::vector<std::string>& losses, int steps = 2) {
    std::vector<std::string> arguments = {"train",
                                          "--teacher-outputs",
                                          folder_.Path("taught"),
                                          "--stage",
                                          stage,
                                          "--steps",
                                          std::to_string(steps),
                                          "--batch",
                                          "2",
                                          "--out",
                                          folder_.Path(out),
                                          "--evaluate-pictures",
                                          "0"};
    if (from.empty()) {
      for (const char* option : {"--blocks", "2", "--width", "32", "--vocabulary", "400"}) {
        arguments.emplace_back(option);
      }
    } else {
      arguments.insert(arguments.end(), {"--from", folder_.Path(from)});
    }
    arguments.insert(arguments.end(), losses.begin(), losses.end());
    return Train(arguments);
  }

  std::size_t Shards(const std::string& out) const {
    std::error_code ignored;
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder_.Path(out), ignored)) {
      count += entry.path().extension() == ".teach" ? 1 : 0;
    }
    return count;
  }

  const TestFolder folder_;
  std::string log_;
};

TEST_F(DistilChainTest, ATeacherIsKilledAndGoesOnAndAStudentLearns) {
  {
    std::vector<std::string> command = Teach("taught");
    command.insert(command.begin(), TrainerPath());
    Process killed(std::move(command));
    for (int i = 0; Shards("taught") == 0 && i < 6000; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    killed.Kill();
  }
  ASSERT_GE(Shards("taught"), 1u);
  ASSERT_EQ(Train(Teach("taught")), 0) << log_;
  EXPECT_EQ(Shards("taught"), 8u);
  EXPECT_THAT(log_, HasSubstr("32 images in 8 shards"));
  EXPECT_THAT(log_, ::testing::Not(HasSubstr(" 0 of them from before")));

  ASSERT_EQ(TrainStage("encoder", "encoder", "",
                       {"--distil-features", "1", "--distil-relations", "1", "--supervised", "0"}),
            0)
      << log_;
  EXPECT_THAT(log_, HasSubstr("teacher builtin.gguf on scenes:5:32: 32 images"));
  ASSERT_EQ(TrainStage("language", "language", "encoder", {"--distil-logits", "1"}), 0) << log_;
  ASSERT_EQ(TrainStage("joint", "joint", "language",
                       {"--distil-features", "1", "--distil-logits", "1", "--distil-visual-logits",
                        "1", "--distil-visual-relations", "1", "--distil-temperature", "2"}),
            0)
      << log_;
  // A run that is over is not continued by accident, but longer ones go on.
  ASSERT_EQ(TrainStage("joint", "joint", "language",
                       {"--distil-features", "1", "--distil-logits", "1"}, 3),
            0)
      << log_;
  const std::string student = folder_.Path("student.gguf");
  ASSERT_EQ(Train({"export", "--run", folder_.Path("joint"), student}), 0) << log_;
  const Outcome caption =
      RunEdgevlm({"caption", "-m", student, folder_.Write("image.ppm", PpmImage())});
  EXPECT_EQ(caption.exit_code, 0) << caption.errors;
}

TEST_F(DistilChainTest, WhatDoesNotFitIsOneLine) {
  fs::create_directories(folder_.Path("taught"));
  EXPECT_EQ(TrainStage("encoder", "out", "", {"--distil-features", "1"}), 1);
  EXPECT_THAT(log_, HasSubstr("expected teacher outputs (edgevlm-train teach), found none"));
  EXPECT_EQ(Train({"train", "--out", folder_.Path("out"), "--distil-logits", "1"}), 1);
  EXPECT_THAT(log_, HasSubstr("--teacher-outputs: expected a folder for the --distil losses"));
  EXPECT_EQ(Train({"teach", "--teacher", folder_.Write("no.gguf", "text"), "--data", "scenes:1:2",
                   "--out", folder_.Path("new")}),
            1);
  EXPECT_THAT(log_, HasSubstr("no.gguf: "));
}

}  // namespace
}  // namespace edgevlm
