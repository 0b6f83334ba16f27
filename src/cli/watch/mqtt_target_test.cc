#include "cli/watch/mqtt_target.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/watch/home_assistant.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MqttTarget, ReadsUrls) {
  const auto plain = ParseMqttUrl("mqtt://broker.local", "--mqtt",
                                  PrefixFor("rtsp://me:secret@Camera.local/stream?x=1"));
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->Name(), "broker.local:1883");
  EXPECT_EQ(plain->StateTopic(), "edgevlm/camera_local_stream/state");
  EXPECT_FALSE(plain->is_encrypted);
  EXPECT_TRUE(plain->user.empty());
  const auto full = ParseMqttUrl("mqtts://me:p%40ss:w@[::1]:8884/home/door", "--mqtt", "x");
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_TRUE(full->is_encrypted);
  EXPECT_EQ(full->host, "::1");
  EXPECT_EQ(full->port, 8884);
  EXPECT_EQ(full->user, "me");
  EXPECT_EQ(full->password, "p@ss:w");
  EXPECT_EQ(full->AvailabilityTopic(), "home/door/availability");
  EXPECT_EQ(full->Id(), "home_door");
  EXPECT_EQ(ParseMqttUrl("mqtts://b", "--mqtt", "x")->port, 8883);
  EXPECT_EQ(ParseMqttUrl("mqtt://b/", "--mqtt", "x")->prefix, "x");
  EXPECT_EQ(PrefixFor("-"), "edgevlm/input");
  EXPECT_EQ(PrefixFor("clips/door.mp4/"), "edgevlm/door_mp4");
}

TEST(MqttTarget, OthersAreRejectedWithoutShowingThem) {
  for (const char* url : {"",
                          "broker",
                          "http://broker",
                          "mqtt://",
                          "mqtt://:1",
                          "mqtt://b:0",
                          "mqtt://b:65536",
                          "mqtt://b:1x",
                          "mqtt://b:",
                          "mqtt://@b",
                          "mqtt://:secret@b",
                          "mqtt://u:%zz@b",
                          "mqtt://u:secret%0@b",
                          "mqtt://b/+/x",
                          "mqtt://b/#",
                          "mqtt://b//x",
                          "mqtt://[::1",
                          "mqtt://[::1]x",
                          "mqtt://secret host",
                          "mqtt://b/a\nb"}) {
    const auto target = ParseMqttUrl(url, "--frigate", "x");
    ASSERT_FALSE(target) << url;
    EXPECT_THAT(target.error().message, Not(HasSubstr("secret"))) << url;
    EXPECT_THAT(target.error().message, HasSubstr("--frigate: expected mqtt://"));
  }
  const std::string whole = "mqtts://me:p%40ss@[::1]:8884/home/door";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto target = ParseMqttUrl(whole.substr(0, size), "--mqtt", "x");  // must not crash
    EXPECT_TRUE(!target || !target->host.empty()) << size;
  }
}

TEST(HomeAssistant, FindsWhatIsWatched) {
  const MqttTarget target = {.host = "b", .prefix = "edgevlm/door"};
  const auto captions = DiscoveryMessages(target, {.model = "tiny", .question = ""});
  ASSERT_EQ(captions.size(), 2U);
  EXPECT_EQ(captions[0].topic, "homeassistant/sensor/edgevlm_door/caption/config");
  const auto config = nlohmann::json::parse(captions[0].text);
  EXPECT_EQ(config["state_topic"], "edgevlm/door/state");
  EXPECT_EQ(config["availability_topic"], "edgevlm/door/availability");
  EXPECT_EQ(config["value_template"], "{{ value_json.caption[:255] }}");
  EXPECT_EQ(config["unique_id"], "edgevlm_door_caption");
  EXPECT_EQ(config["device"]["model"], "tiny");
  const auto answers = DiscoveryMessages(target, {.model = "tiny", .question = "is it open?"});
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[2].topic, "homeassistant/binary_sensor/edgevlm_door/yes/config");
  EXPECT_EQ(nlohmann::json::parse(answers[0].text)["name"], "is it open?");
}

}  // namespace
}  // namespace edgevlm
