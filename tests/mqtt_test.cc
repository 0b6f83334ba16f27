// edgevlm watch --mqtt with Debian's mosquitto.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "process.h"
#include "program.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using std::chrono_literals::operator""s;

constexpr const char* kBroker = "/usr/sbin/mosquitto";

class MqttTest : public testing::Test {
 protected:
  void SetUp() override {
    const bool can = std::filesystem::exists(kBroker) &&
                     std::system("command -v mosquitto_sub > /dev/null") == 0;
    if (!can) GTEST_SKIP() << "mosquitto or mosquitto_sub is missing";
    const Outcome made = RunEdgevlm({"datasets", "make", "frames", "--out", folder_.Path("set"),
                                     "--count", "1", "--size", "96"});
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    const std::string passwords = folder_.Path("passwords");
    ASSERT_EQ(std::system(("mosquitto_passwd -c -b " + passwords + " me s3cret").c_str()), 0);
    // As root, the broker becomes another user before it reads them.
    std::filesystem::permissions(folder_.Path("."), std::filesystem::perms::all);
    std::filesystem::permissions(passwords, std::filesystem::perms::all);
    folder_.Write("broker.conf", "listener " + std::to_string(port_) +
                                     " 127.0.0.1\nallow_anonymous false\npassword_file " +
                                     passwords + "\n");
    StartBroker();
  }

  void StartBroker() {
    broker_.emplace(std::vector<std::string>{kBroker, "-c", folder_.Path("broker.conf")},
                    folder_.Path("broker.log"));
    ASSERT_TRUE(Listens(port_)) << ReadWholeFile(folder_.Path("broker.log"));
  }

  std::string Url(const std::string& login) const {
    return "mqtt://" + login + "@127.0.0.1:" + std::to_string(port_) + "/home/door";
  }

  // What the broker has retained, by topic; waits for as many topics.
  std::map<std::string, std::string> Retained(int count) const {
    const std::string command = "mosquitto_sub -p " + std::to_string(port_) +
                                " -u me -P s3cret -t '#' -v -W 10 -C " + std::to_string(count) +
                                " > " + folder_.Path("heard") + " 2>/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0) << "fewer than " << count << " topics";
    std::map<std::string, std::string> topics;
    std::istringstream lines(ReadWholeFile(folder_.Path("heard")));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t space = line.find(' ');
      topics[line.substr(0, space)] = line.substr(space + 1);
    }
    return topics;
  }

  const TestFolder folder_;
  const int port_ = FreePort();
  std::optional<Process> broker_;
};

TEST_F(MqttTest, HomeAssistantFindsTheStates) {
  const Outcome outcome = RunEdgevlm({"watch", folder_.Path("set/clips/000000"), "--every", "4s",
                                      "-q", "is there a circle?", "--mqtt", Url("me:s3cret")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.errors, "");
  const auto topics = Retained(5);
  EXPECT_THAT(topics, Contains(Key("homeassistant/sensor/home_door/late/config")));
  EXPECT_THAT(topics, Contains(Key("homeassistant/binary_sensor/home_door/yes/config")));
  const json config = json::parse(topics.at("homeassistant/sensor/home_door/answer/config"));
  EXPECT_EQ(config["state_topic"], "home/door/state");
  EXPECT_EQ(topics.at("home/door/availability"), "offline");
  // The last line that was printed.
  const std::string& output = outcome.output;
  const std::size_t before = output.rfind('\n', output.size() - 2);
  EXPECT_EQ(topics.at("home/door/state") + "\n", output.substr(before + 1));
}

TEST_F(MqttTest, RefusedCredentialsAreOneLineWithoutThem) {
  const Outcome outcome = RunEdgevlm(
      {"watch", folder_.Path("set/clips/000000"), "--every", "4s", "--mqtt", Url("me:wr0ng")});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("--mqtt: 127.0.0.1:"));
  EXPECT_THAT(outcome.errors, HasSubstr("not authorised"));
  EXPECT_THAT(outcome.errors, Not(HasSubstr("wr0ng")));
}

// The broker keeps nothing: after its restart it gets everything again.
TEST_F(MqttTest, ABrokerMayRestart) {
  const auto decoder = std::filesystem::path(BinaryPath()).parent_path() / "edgevlm-video";
  if (!std::filesystem::exists(decoder)) GTEST_SKIP() << "edgevlm-video is missing";
  const std::string stream = folder_.Path("stream");
  ASSERT_EQ(mkfifo(stream.c_str(), 0600), 0);
  const Process camera({"ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-re", "-f", "lavfi",
                        "-i", "testsrc2=size=96x64:rate=4:duration=60", "-c:v", "mpeg1video", "-g",
                        "1", "-r", "24", "-f", "mpegts", stream});
  Process watch(
      {"/bin/sh", "-c",
       "exec " + BinaryPath() + " watch - --every 0.5 --mqtt " + Url("me:s3cret") + " < " + stream},
      folder_.Path("log"));
  EXPECT_EQ(Retained(4).at("home/door/availability"), "online");
  broker_->Kill();
  StartBroker();
  const auto topics = Retained(4);
  EXPECT_EQ(topics.at("home/door/availability"), "online");
  EXPECT_THAT(topics, Contains(Key("homeassistant/sensor/home_door/caption/config")));
  EXPECT_TRUE(json::parse(topics.at("home/door/state")).contains("caption"));
  // Killed, it is offline soon: the broker says so.
  watch.Kill();
  std::string state;
  for (int i = 0; i < 50 && state != "offline"; ++i) {
    state = Retained(4).at("home/door/availability");
  }
  EXPECT_EQ(state, "offline");
}

}  // namespace
}  // namespace edgevlm
