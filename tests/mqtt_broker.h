// MqttTest: Debian's mosquitto beside a test.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "process.h"
#include "program.h"

namespace edgevlm {

// The user is "me", the password "s3cret". folder_ has a clip of frames, set/clips/000000. Skips
// the test where the broker or its clients are missing.
class MqttTest : public testing::Test {
 protected:
  void SetUp() override;

  void StartBroker();

  // With a prefix: "/home/door".
  std::string Url(const std::string& login, const std::string& prefix = "/home/door") const;

  // What the broker has retained, by topic; waits for as many topics.
  std::map<std::string, std::string> Retained(int count) const;

  // Publishes a file, or nothing. Whether that was possible.
  bool Publish(const std::string& topic, const std::string& path, bool is_retained = false) const;

  const TestFolder folder_;
  const int port_ = FreePort();
  std::optional<Process> broker_;
};

}  // namespace edgevlm
