// edgevlm watch --mqtt with Debian's mosquitto.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "mqtt_broker.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

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
