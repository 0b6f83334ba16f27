// A fleet of real processes: a broker, workers and a batch, all of which are killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "queue_fleet.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;

TEST_F(QueueTest, ResultsAreThoseOfABatchOnOneDevice) {
  MakeImages(10);
  std::ofstream(Images() + "/broken.png") << "no image";
  const Broker broker;
  const Process worker = Worker(broker, 1);
  Process batch(BatchCommand(broker), Log());
  EXPECT_EQ(batch.Wait(60s), 1) << AllLogs();
  EXPECT_THAT(AllLogs(), HasSubstr("12 images: 11 done, 1 failed"));
  const std::string results = folder_.Path("alone.jsonl");
  EXPECT_EQ(RunEdgevlm({"batch", Images(), "--out", results}).exit_code, 1);
  EXPECT_EQ(ReadWholeFile(Results()), ReadWholeFile(results));
}

// Whatever is killed, the same bytes as without.
TEST_F(QueueTest, KillsLoseNoResultAndMakeNoneTwice) {
  MakeImages(150);
  Broker broker;
  std::vector<Process> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(Worker(broker, i));
  Process batch(BatchCommand(broker), Log());
  std::mt19937 random(1);
  int kills = 0;
  std::optional<int> code;
  for (int i = 0; i < 400 && code != 0; ++i) {
    code = batch.Wait(100ms + random() % 200 * 1ms);
    // What starts while the broker is away ends with an error, and is started again.
    if (code.value_or(0) != 0) batch = Process(BatchCommand(broker), Log());
    for (std::size_t j = 0; j < workers.size(); ++j) {
      if (workers[j].Wait(1ms)) workers[j] = Worker(broker, static_cast<int>(j));
    }
    if (code == 0 || kills == 12) continue;
    ++kills;
    if (kills % 5 == 0) {
      broker.Kill();
      std::this_thread::sleep_for(100ms);
      broker.Start();
    } else if (kills % 5 == 3) {
      batch.Kill();
      batch = Process(BatchCommand(broker), Log());
    } else {
      const std::size_t victim = random() % workers.size();
      workers[victim].Kill();
      workers[victim] = Worker(broker, static_cast<int>(victim));
    }
  }
  EXPECT_EQ(code, 0) << AllLogs();
  EXPECT_GE(kills, 5);
  const std::string results = folder_.Path("alone.jsonl");
  EXPECT_EQ(RunEdgevlm({"batch", Images(), "--out", results}).exit_code, 0);
  EXPECT_EQ(ReadWholeFile(Results()), ReadWholeFile(results));
}

TEST_F(QueueTest, AnImageThatEndsWorkersIsSetAsideAndTakesNoOtherWithIt) {
  MakeImages(20);
  std::ofstream(Images() + "/deadly.png") << "this one is deadly";
  const Broker broker;
  Process batch(BatchCommand(broker), Log());
  std::optional<int> code;
  std::vector<Process> workers;
  for (int i = 0; i < 200 && !(code = batch.Wait(200ms)); ++i) {
    // As systemd would: a worker that ended is started again.
    if (workers.empty()) workers.push_back(WaitingWorker(broker, "w", "deadly"));
    if (workers[0].Wait(10ms)) workers.clear();
  }
  EXPECT_EQ(code, 1) << AllLogs();
  EXPECT_THAT(AllLogs(), HasSubstr("22 images: 21 done, 1 failed"));
  // Three, or more if the broker counts a delivery to a worker that has just ended.
  EXPECT_THAT(AllLogs(), HasSubstr("deadly.png: set aside, because "));
}

TEST_F(QueueTest, AStatusShowsWorkersAndBatches) {
  MakeImages(2000);
  const Broker broker;
  const Process worker = WaitingWorker(broker, "second-device");
  const Process batch(BatchCommand(broker), Log());
  json status;
  for (int i = 0; i < 100; ++i) {
    status = Status(broker);
    if (!status["batches"].empty() && status["batches"][0]["images_per_second"] > 0) break;
    std::this_thread::sleep_for(100ms);
  }
  ASSERT_EQ(status["workers"].size(), 1u) << AllLogs();
  EXPECT_EQ(status["workers"][0]["name"], "second-device");
  ASSERT_EQ(status["batches"].size(), 1u) << AllLogs();
  EXPECT_EQ(status["batches"][0]["images"], 2001);
  EXPECT_GT(status["batches"][0]["seconds_left"], 0);
  EXPECT_EQ(status["batches"][0]["model"], status["workers"][0]["model"]);
  const Outcome text = RunEdgevlm({"fleet", "status", "--queue", broker.url()});
  EXPECT_THAT(text.output, HasSubstr("worker second-device: "));
  EXPECT_THAT(text.output, HasSubstr("/2001 images"));
}

}  // namespace
}  // namespace edgevlm
