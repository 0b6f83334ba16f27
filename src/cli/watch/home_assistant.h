// Messages by which Home Assistant finds what `edgevlm watch` reports over MQTT.
#pragma once

#include <string>
#include <vector>

#include "cli/watch/mqtt_target.h"

namespace edgevlm {

struct MqttMessage {
  std::string topic;
  std::string text;
};

// What is watched, for people.
struct WatchedSource {
  std::string model;     // name of the model
  std::string question;  // empty: captions
};

// Discovery messages, to be retained: a sensor with the caption or answer, whose attributes are all
// members of a line, one with the age of the frame, and, for a question, a binary sensor that is on
// while the answer begins with "yes".
std::vector<MqttMessage> DiscoveryMessages(const MqttTarget& target, const WatchedSource& watched);

}  // namespace edgevlm
