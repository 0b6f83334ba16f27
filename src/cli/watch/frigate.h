// FrigateClient: the images of objects that Frigate, a recorder of cameras, publishes over MQTT.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "cli/watch/mqtt_target.h"
#include "cli/watch/snapshot_queue.h"

namespace edgevlm {

class FrigateClient {
 public:
  virtual ~FrigateClient() = default;

  // Waits for the next image (SnapshotQueue says which); nothing when it is cancelled. is_cancelled
  // is asked several times a second. on_available is called, on this thread, when Frigate starts or
  // stops. Threads: one.
  virtual std::optional<Snapshot> Next(const std::function<bool()>& is_cancelled,
                                       const std::function<void(bool)>& on_available) = 0;
};

// Connects in the background, and again after 1, 2, 4 ... 60 s when the broker is away. target's
// prefix is Frigate's. on_trouble: gets a line, on another thread, for a lost connection and for
// the first of the messages of a topic that cannot be used. Errors: kUnsupported (HasMqtt is
// false).
Result<std::unique_ptr<FrigateClient>> MakeFrigateClient(
    const MqttTarget& target, double every_seconds,
    std::function<void(const std::string&)> on_trouble);

}  // namespace edgevlm
