// The clients of a build without libmosquitto (EDGEVLM_MQTT=OFF).
#include "cli/watch/mqtt_client.h"

#include "cli/watch/frigate.h"

namespace edgevlm {

bool HasMqtt() { return false; }

Result<std::unique_ptr<MqttClient>> MakeMqttClient(const MqttTarget&, const WatchedSource&,
                                                   std::function<void(const std::string&)>) {
  return Error{ErrorCode::kUnsupported, "--mqtt: this build has no client"};
}

Result<std::unique_ptr<FrigateClient>> MakeFrigateClient(const MqttTarget&, double,
                                                         std::function<void(const std::string&)>) {
  return Error{ErrorCode::kUnsupported, "--frigate: this build has no client"};
}

}  // namespace edgevlm
