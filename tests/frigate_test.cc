// edgevlm watch --frigate with Debian's mosquitto, and images as Frigate publishes them.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "mqtt_broker.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class FrigateTest : public MqttTest {
 protected:
  void SetUp() override {
    MqttTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    image_ = ExampleImage("triangles.png");
    folder_.Write("lines", "");
    folder_.Write("errors", "");
  }

  // Starts watching, and waits until the broker lets it.
  Process Watch(const std::vector<std::string>& more) {
    std::string command =
        "exec " + BinaryPath() + " watch --frigate " + Url("me:s3cret", "") + " --every 200ms";
    for (const std::string& argument : more) command += " " + argument;
    command += " > " + folder_.Path("lines") + " 2> " + folder_.Path("errors");
    return Process({"/bin/sh", "-c", command});
  }

  std::vector<json> Lines() const {
    std::vector<json> lines;
    std::istringstream text(ReadWholeFile(folder_.Path("lines")));
    for (std::string line; std::getline(text, line);) {
      lines.push_back(json::parse(line, nullptr, false));
    }
    return lines;
  }

  std::string Errors() const { return ReadWholeFile(folder_.Path("errors")); }

  static bool WaitFor(const std::function<bool()>& is_there) {
    for (int i = 0; i < 300; ++i) {
      if (is_there()) return true;
      std::this_thread::sleep_for(50ms);
    }
    return false;
  }

  // Publishes an image until a line tells of its camera: it takes a moment until somebody listens.
  bool PublishUntilSeen(const std::string& camera) const {
    return WaitFor([&] {
      EXPECT_TRUE(Publish("frigate/" + camera + "/person/snapshot", image_));
      std::this_thread::sleep_for(200ms);
      return Sees(camera);
    });
  }

  bool Sees(const std::string& camera) const {
    const auto lines = Lines();
    return std::ranges::any_of(
        lines, [&](const json& line) { return line.value("camera", "") == camera; });
  }

  std::string image_;
};

TEST_F(FrigateTest, LooksAtTheImagesOfAllCameras) {
  // What the broker has retained is looked at as well.
  ASSERT_TRUE(Publish("frigate/garden/traffic light/snapshot", image_, true));
  Process watch =
      Watch({"-q", "'is there a circle?'", "--exec", "'cat >> " + folder_.Path("commands") + "'",
             "--mqtt", Url("me:s3cret", "/home")});
  ASSERT_TRUE(WaitFor([&] { return Sees("garden"); })) << Errors();
  ASSERT_TRUE(PublishUntilSeen("front-door")) << Errors();
  const json garden = Lines().front();
  EXPECT_EQ(garden["label"], "traffic light");
  EXPECT_EQ(garden["question"], "is there a circle?");
  EXPECT_TRUE(garden["answer"].is_string());
  EXPECT_EQ(garden["retained"], true);
  EXPECT_EQ(garden["skipped"], 0);
  EXPECT_GE(garden["late_ms"], 0);
  const json door = Lines().at(1);
  EXPECT_EQ(door["camera"], "front-door");
  EXPECT_EQ(door["label"], "person");
  EXPECT_FALSE(door.contains("retained"));
  // The program reports a line before it takes the next image.
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.Wait(10s), 0);
  EXPECT_EQ(Errors(), "");
  EXPECT_EQ(ReadWholeFile(folder_.Path("commands")), ReadWholeFile(folder_.Path("lines")));
  // A device for each camera: three sensors, state and availability; and the retained image.
  const auto topics = Retained(11);
  EXPECT_THAT(topics, Contains(Key("homeassistant/binary_sensor/home_garden/yes/config")));
  const json config = json::parse(topics.at("homeassistant/sensor/home_front-door/answer/config"));
  EXPECT_EQ(config["state_topic"], "home/front-door/state");
  EXPECT_EQ(topics.at("home/garden/availability"), "offline");
  EXPECT_EQ(json::parse(topics.at("home/garden/state"))["camera"], "garden");
  EXPECT_EQ(json::parse(topics.at("home/front-door/state"))["camera"], "front-door");
}

TEST_F(FrigateTest, WhatIsNoImageIsOneLine) {
  Process watch = Watch({});
  ASSERT_TRUE(PublishUntilSeen("door")) << Errors();
  const std::string text = folder_.Write("text", "not an image");
  const std::string cut = folder_.Write("cut", ReadWholeFile(image_).substr(0, 200));
  const std::string huge = folder_.Write("huge", std::string(9 << 20, 'x'));
  const std::string larger = folder_.Write("larger", std::string(40 << 20, 'x'));
  EXPECT_TRUE(Publish("frigate/text/person/snapshot", text));
  EXPECT_TRUE(Publish("frigate/cut/person/snapshot", cut));
  EXPECT_TRUE(Publish("frigate/huge/person/snapshot", huge));
  EXPECT_TRUE(Publish("frigate/huge/person/snapshot", huge));
  EXPECT_TRUE(Publish("frigate/larger/person/snapshot", larger));  // the broker keeps it
  EXPECT_TRUE(Publish("frigate/odd name/person/snapshot", image_));
  EXPECT_TRUE(Publish("frigate/empty/person/snapshot", ""));
  EXPECT_TRUE(Publish("frigate/giant/person/snapshot", folder_.Write("giant", GiantPng())));
  EXPECT_TRUE(Publish("frigate/door/person", text));  // a count, which nobody asked for
  ASSERT_TRUE(PublishUntilSeen("garden")) << Errors();
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.Wait(10s), 0);
  const std::string errors = Errors();
  EXPECT_EQ(std::ranges::count(errors, '\n'), 5) << errors;
  EXPECT_THAT(errors, HasSubstr("--frigate: text/person: "));
  EXPECT_THAT(errors, HasSubstr("--frigate: cut/person: "));
  EXPECT_THAT(errors, HasSubstr("--frigate: giant/person: "));
  EXPECT_THAT(errors,
              HasSubstr("huge/person: expected an image of at most 8 MiB, found 9437184 bytes"));
  EXPECT_THAT(errors, HasSubstr("expected the topic of a camera, whose name has up to 64 letters, "
                                "digits, - and _, found frigate/odd name/person/snapshot"));
  EXPECT_FALSE(Sees("text"));
}

TEST_F(FrigateTest, TheBrokerAndFrigateMayRestart) {
  ASSERT_TRUE(Publish("frigate/available", folder_.Write("online", "online"), true));
  Process watch = Watch({"--mqtt", Url("me:s3cret", "/home")});
  ASSERT_TRUE(PublishUntilSeen("door")) << Errors();
  const std::string offline = folder_.Write("offline", "offline");
  ASSERT_TRUE(Publish("frigate/available", offline, true));
  ASSERT_TRUE(WaitFor([&] { return Errors().find("Frigate is offline") != std::string::npos; }));
  // availability, state, two sensors, and Frigate's own.
  EXPECT_TRUE(WaitFor([&] { return Retained(5).at("home/door/availability") == "offline"; }));
  broker_->Kill();
  ASSERT_TRUE(WaitFor([&] { return Errors().find("trying again in 1 s") != std::string::npos; }))
      << Errors();
  StartBroker();
  ASSERT_TRUE(Publish("frigate/available", folder_.Path("online"), true));
  ASSERT_TRUE(PublishUntilSeen("garden")) << Errors();
  EXPECT_THAT(Errors(), HasSubstr("Frigate is online again"));
  EXPECT_EQ(Retained(9).at("home/door/availability"), "online");
  watch.Signal(SIGINT);
  EXPECT_EQ(watch.Wait(10s), 0);
}

TEST_F(FrigateTest, AnImageThatIsRetainedIsNotLookedAtAgain) {
  ASSERT_TRUE(Publish("frigate/door/person/snapshot", image_, true));
  Process watch = Watch({});
  ASSERT_TRUE(WaitFor([&] { return Sees("door"); })) << Errors();
  broker_->Kill();
  ASSERT_TRUE(WaitFor([&] { return !Errors().empty(); }));
  StartBroker();
  ASSERT_TRUE(Publish("frigate/door/person/snapshot", image_, true));
  ASSERT_TRUE(PublishUntilSeen("garden")) << Errors();
  const auto lines = Lines();
  EXPECT_EQ(std::ranges::count_if(lines, [](const json& line) { return line["camera"] == "door"; }),
            1)
      << ReadWholeFile(folder_.Path("lines"));
}

TEST_F(FrigateTest, RefusedCredentialsAreALineWithoutThem) {
  Process watch({"/bin/sh", "-c",
                 "exec " + BinaryPath() + " watch --frigate " + Url("me:wr0ng", "") + " 2> " +
                     folder_.Path("errors")});
  ASSERT_TRUE(WaitFor([&] { return !Errors().empty(); }));
  EXPECT_THAT(Errors(), HasSubstr("--frigate: 127.0.0.1:"));
  EXPECT_THAT(Errors(), HasSubstr("; trying again in 1 s"));
  EXPECT_THAT(Errors(), Not(HasSubstr("wr0ng")));
  watch.Signal(SIGTERM);
  EXPECT_EQ(watch.Wait(10s), 0);
}

TEST_F(FrigateTest, WrongOptionsAreUsageErrors) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"watch"},
        {"watch", "clip.mp4", "--frigate", "mqtt://broker"},
        {"watch", "--frigate", "mqtt://broker", "--on", "motion"}}) {
    const Outcome outcome = RunEdgevlm(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.errors;
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  }
  const Outcome outcome = RunEdgevlm({"watch", "--frigate", "http://broker"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("--frigate: expected mqtt://"));
}

}  // namespace
}  // namespace edgevlm
