// QueueTest: a broker, workers and batches as real processes. For tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "process.h"
#include "program.h"

namespace edgevlm {

// nats-server on a port of its own, with its files in a folder of its own.
class Broker {
 public:
  // more: of its configuration; STORE is a folder in it.
  explicit Broker(const std::string& more = "jetstream {store_dir: \"STORE\"}\n") {
    std::string text = "listen: \"127.0.0.1:" + std::to_string(port_) + "\"\n" + more;
    if (const std::size_t store = text.find("STORE"); store != std::string::npos) {
      text.replace(store, 5, Store());
    }
    folder_.Write("nats.conf", text);
    Start();
  }

  void Start() {
    process_.emplace(
        std::vector<std::string>{"/usr/sbin/nats-server", "-c", folder_.Path("nats.conf")},
        folder_.Path("log"));
    EXPECT_TRUE(Listens(port_)) << ReadWholeFile(folder_.Path("log"));
  }
  void Kill() { process_->Kill(); }
  // Everything that it has stored. REQUIRES: it was killed.
  void Forget() const { std::filesystem::remove_all(Store()); }
  std::string url(const std::string& login = "", const std::string& scheme = "nats://") const {
    return scheme + login + "127.0.0.1:" + std::to_string(port_);
  }
  int port() const { return port_; }

 private:
  std::string Store() const { return folder_.Path("store"); }

  const TestFolder folder_;
  const int port_ = FreePort();
  std::optional<Process> process_;
};

class QueueTest : public ::testing::Test {
 protected:
  void MakeImages(int count) const {
    std::filesystem::create_directory(Images());
    std::filesystem::copy_file(ExampleImage("ducks.png"), Images() + "/ducks.png");
    for (int i = 0; i < count; ++i) {
      std::filesystem::create_hard_link(Images() + "/ducks.png",
                                        Images() + "/" + std::to_string(i) + ".png");
    }
  }

  std::string Images() const { return folder_.Path("images"); }
  std::string Results() const { return folder_.Path("results.jsonl"); }
  std::string Log() const { return folder_.Path("log"); }

  std::vector<std::string> BatchCommand(const Broker& broker) const {
    return {BinaryPath(), "batch", Images(), "--out", Results(), "--queue", broker.url()};
  }

  Process Worker(const Broker& broker, int number) const {
    return Process({BinaryPath(), "worker", "--queue", broker.url(), "--lease", "1", "-t", "1",
                    "--name", "worker" + std::to_string(number)},
                   Log());
  }

  Process WaitingWorker(const Broker& broker, const std::string& name,
                        const std::string& deadly = "", const std::string& hot_file = "") const {
    return Process({WaitingWorkerPath(), broker.url(), name, "5", "1000", deadly, hot_file}, Log());
  }

  static std::string WaitingWorkerPath() {
    const char* path = std::getenv("EDGEVLM_WAITING_WORKER");
    EXPECT_NE(path, nullptr) << "EDGEVLM_WAITING_WORKER is not set; run this through ctest";
    return path == nullptr ? "" : path;
  }

  // As `edgevlm fleet status --json` prints it.
  static nlohmann::json Status(const Broker& broker) {
    const Outcome outcome = RunEdgevlm({"fleet", "status", "--queue", broker.url(), "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return nlohmann::json::parse(outcome.output, nullptr, false);
  }

  std::string AllLogs() const { return std::filesystem::exists(Log()) ? ReadWholeFile(Log()) : ""; }

  const TestFolder folder_;
};

}  // namespace edgevlm
