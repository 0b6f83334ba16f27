// A fleet whose broker is full, forgets, or carries what it should not, and whose disks are full.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
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

class QueueFaultsTest : public QueueTest {
 protected:
  // Of as many bytes each. Their names sort by number.
  void MakeFiles(int count, std::size_t bytes) const {
    fs::create_directory(Images());
    for (int i = 0; i < count; ++i) {
      std::ofstream(Images() + "/" + std::to_string(1000 + i) + ".ppm") << std::string(bytes, 'x');
    }
  }

  std::ptrdiff_t CountResults() const {
    if (!fs::exists(Results())) return 0;
    return std::ranges::count(ReadWholeFile(Results()), '\n');
  }

  bool WaitFor(const std::function<bool()>& happens) const {
    for (int i = 0; i < 600; ++i) {
      if (happens()) return true;
      std::this_thread::sleep_for(50ms);
    }
    return false;
  }

  bool WaitForLog(const std::string& text) const {
    return WaitFor([&] { return AllLogs().find(text) != std::string::npos; });
  }

  // Each image has one result.
  void ExpectAll(std::ptrdiff_t images) const {
    EXPECT_EQ(CountResults(), images) << AllLogs();
    const std::string results = ReadWholeFile(Results());
    std::string missing;
    for (const auto& file : fs::directory_iterator(Images())) {
      const std::string name = file.path().string();
      if (results.find("\"" + name + "\"") == std::string::npos) missing += name + " ";
    }
    EXPECT_EQ(missing, "");
  }

  std::ptrdiff_t CountInLog(const std::string& text) const {
    const std::string log = AllLogs();
    std::ptrdiff_t count = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) {
      ++count;
    }
    return count;
  }
};

// Publishes a message in NATS's own protocol.
void Publish(const Broker& broker, const std::string& subject, const std::string& message) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(broker.port()));
  ASSERT_EQ(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const std::string text = "CONNECT {\"verbose\":false}\r\nPUB " + subject + " " +
                           std::to_string(message.size()) + "\r\n" + message + "\r\nPING\r\n";
  ASSERT_EQ(send(connection, text.data(), text.size(), 0), std::ssize(text));
  std::string replies;
  char c = 0;
  while (replies.find("PONG") == std::string::npos && recv(connection, &c, 1, 0) == 1) replies += c;
  EXPECT_THAT(replies, HasSubstr("PONG"));
  close(connection);
}

// Replies need room too, which images alone would never leave.
TEST_F(QueueFaultsTest, ABrokerThatIsFullOfImagesStillTakesReplies) {
  MakeFiles(100, 20000);
  const Broker broker("jetstream {store_dir: \"STORE\", max_file_store: 300KB}\n");
  Process batch(BatchCommand(broker), Log());
  ASSERT_TRUE(WaitForLog("no room for more images")) << AllLogs();
  const Process first = WaitingWorker(broker, "first");
  const Process second = WaitingWorker(broker, "second");
  EXPECT_EQ(batch.Wait(60s), 0) << AllLogs();
  ExpectAll(100);
  EXPECT_EQ(CountInLog("no room for more images"), 1) << AllLogs();
}

TEST_F(QueueFaultsTest, ABrokerThatForgetsEverythingIsToldAgain) {
  MakeFiles(300, 10);
  Broker broker;
  Process batch(BatchCommand(broker), Log());
  Process worker = WaitingWorker(broker, "w");
  ASSERT_TRUE(WaitFor([&] { return CountResults() > 20; })) << AllLogs();
  broker.Kill();
  broker.Forget();
  broker.Start();
  EXPECT_EQ(batch.Wait(60s), 0) << AllLogs();
  ExpectAll(300);
}

TEST_F(QueueFaultsTest, ResultsOnAFullDiskStopTheBatchAndItGoesOnAfterwards) {
  MakeFiles(200, 10);
  const Broker broker;
  const Process worker = WaitingWorker(broker, "w");
  // Without the signal, files that are too large are errors as those of a full disk. 8 KiB.
  std::string command = "trap '' XFSZ; ulimit -f 16; exec";
  for (const std::string& part : BatchCommand(broker)) command += " '" + part + "'";
  Process limited({"/bin/sh", "-c", command}, folder_.Path("limited"));
  EXPECT_EQ(limited.Wait(60s), 1);
  const std::string errors = ReadWholeFile(folder_.Path("limited"));
  EXPECT_EQ(std::ranges::count(errors, '\n'), 1) << errors;
  EXPECT_THAT(errors, HasSubstr(Results() + ": File too large"));
  EXPECT_LT(CountResults(), 200);
  Process batch(BatchCommand(broker), Log());
  EXPECT_EQ(batch.Wait(60s), 0) << AllLogs();
  ExpectAll(200);
  EXPECT_THAT(AllLogs(), HasSubstr("of them earlier"));
}

TEST_F(QueueFaultsTest, AnotherVersionStopsTheBatchInOneLine) {
  MakeFiles(3, 10);
  const Broker broker;
  Process batch(BatchCommand(broker), Log());
  json status;
  ASSERT_TRUE(WaitFor([&] { return !(status = Status(broker))["batches"].empty(); })) << AllLogs();
  const std::string subject = "edgevlm.replies." + status["batches"][0]["name"].get<std::string>();
  // Neither of these stops it.
  Publish(broker, subject, "noise");
  Publish(broker, subject, R"({"version":1,"id":"of an earlier run","worker":"w","error":"x"})");
  ASSERT_TRUE(WaitForLog("expected an object of JSON")) << AllLogs();
  Publish(broker, subject, R"({"version":2})");
  EXPECT_EQ(batch.Wait(60s), 1) << AllLogs();
  EXPECT_EQ(CountInLog("version: expected 1, found 2; all devices need the same version"), 1)
      << AllLogs();
  const Process worker = WaitingWorker(broker, "w");
  EXPECT_EQ(Process(BatchCommand(broker), Log()).Wait(60s), 0) << AllLogs();
  ExpectAll(3);
}

TEST_F(QueueFaultsTest, ImagesThatVanishAreFailuresAndTheOthersGoOn) {
  MakeFiles(20, 10);
  const Broker broker;
  std::vector<std::string> command = BatchCommand(broker);
  command.insert(command.end(), {"--ahead", "1"});
  Process batch(command, Log());
  json status;
  ASSERT_TRUE(WaitFor([&] { return !(status = Status(broker))["batches"].empty(); })) << AllLogs();
  // They were listed; one is under way.
  fs::remove(Images() + "/1010.ppm");
  fs::remove(Images() + "/1019.ppm");
  const Process worker = WaitingWorker(broker, "w");
  EXPECT_EQ(batch.Wait(60s), 1) << AllLogs();
  EXPECT_THAT(AllLogs(), HasSubstr("20 images: 18 done, 2 failed"));
  EXPECT_EQ(CountInLog("1010.ppm: cannot be read: No such file or directory"), 1) << AllLogs();
  ExpectAll(18);
}

TEST_F(QueueFaultsTest, AHotWorkerTakesNothingUntilItHasCooled) {
  MakeFiles(20, 10);
  const Broker broker;
  const std::string hot = folder_.Write("hot", "");
  const Process worker = WaitingWorker(broker, "w", "", hot);
  Process batch(BatchCommand(broker), Log());
  json status;
  EXPECT_TRUE(WaitFor([&] {
    status = Status(broker);
    return !status["workers"].empty() && status["workers"][0]["state"] == "hot" &&
           !status["batches"].empty();
  })) << status;
  EXPECT_EQ(batch.Wait(1s), std::nullopt) << AllLogs();
  EXPECT_EQ(Status(broker)["workers"][0]["done"], 0);
  EXPECT_THAT(RunEdgevlm({"fleet", "status", "--queue", broker.url()}).output,
              HasSubstr("worker w: hot"));
  fs::remove(hot);
  EXPECT_EQ(batch.Wait(60s), 0) << AllLogs();
  ExpectAll(20);
}

}  // namespace
}  // namespace edgevlm
