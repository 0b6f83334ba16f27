#include "mqtt_broker.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

namespace edgevlm {
namespace {

constexpr const char* kBroker = "/usr/sbin/mosquitto";

}  // namespace

void MqttTest::SetUp() {
  const bool can = std::filesystem::exists(kBroker) &&
                   std::system("command -v mosquitto_sub mosquitto_pub > /dev/null") == 0;
  if (!can) GTEST_SKIP() << "mosquitto or its clients are missing";
  const Outcome made = RunEdgevlm(
      {"datasets", "make", "frames", "--out", folder_.Path("set"), "--count", "1", "--size", "96"});
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  const std::string passwords = folder_.Path("passwords");
  ASSERT_EQ(std::system(("mosquitto_passwd -c -b " + passwords + " me s3cret").c_str()), 0);
  // As root, the broker becomes another user before it reads them.
  std::filesystem::permissions(folder_.Path("."), std::filesystem::perms::all);
  std::filesystem::permissions(passwords, std::filesystem::perms::all);
  folder_.Write("broker.conf", "listener " + std::to_string(port_) +
                                   " 127.0.0.1\nallow_anonymous false\npassword_file " + passwords +
                                   "\n");
  StartBroker();
}

void MqttTest::StartBroker() {
  broker_.emplace(std::vector<std::string>{kBroker, "-c", folder_.Path("broker.conf")},
                  folder_.Path("broker.log"));
  ASSERT_TRUE(Listens(port_)) << ReadWholeFile(folder_.Path("broker.log"));
}

std::string MqttTest::Url(const std::string& login, const std::string& prefix) const {
  return "mqtt://" + login + "@127.0.0.1:" + std::to_string(port_) + prefix;
}

std::map<std::string, std::string> MqttTest::Retained(int count) const {
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

bool MqttTest::Publish(const std::string& topic, const std::string& path, bool is_retained) const {
  const std::string command = "mosquitto_pub -p " + std::to_string(port_) +
                              " -u me -P s3cret -t '" + topic + "' " + (is_retained ? "-r " : "") +
                              (path.empty() ? "-n" : "-f " + path);
  return std::system(command.c_str()) == 0;
}

}  // namespace edgevlm
