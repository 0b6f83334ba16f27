// MqttClient: publishes the lines of `edgevlm watch` to a broker.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/watch/home_assistant.h"

namespace edgevlm {

// Whether this build has a client (EDGEVLM_MQTT).
bool HasMqtt();

// Connects in the background and, when the broker is away, again after 1, 2, 4 ... 60 s. After each
// connection it publishes the discovery messages, "online", and the latest state, all retained; the
// broker publishes "offline" when it is lost. Of states that come while the broker is away, the
// latest alone is kept. Threads: any.
class MqttClient {
 public:
  virtual ~MqttClient() = default;

  virtual void PublishState(std::string text) = 0;

  // Whether what is watched is there: publishes "online" or "offline". It is at first.
  virtual void SetOnline(bool is_online) = 0;

  // Publishes "offline" after waiting, for 5 s at most, until the broker has everything; not if the
  // broker is away.
  virtual void Finish() = 0;
};

// on_trouble: gets a line when the connection is lost or refused, once until it is there again.
// Errors: kUnsupported (HasMqtt is false), kIo.
Result<std::unique_ptr<MqttClient>> MakeMqttClient(
    const MqttTarget& target, const WatchedSource& watched,
    std::function<void(const std::string&)> on_trouble);

}  // namespace edgevlm
