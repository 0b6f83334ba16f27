// Topics by which Frigate publishes what its cameras see (docs.frigate.video/integrations/mqtt).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

struct FrigateObject {
  std::string camera;  // letters, digits, - and _
  std::string label;   // of the object: "person"
};

// What to subscribe to: "PREFIX/CAMERA/LABEL/snapshot" of all cameras and labels, and
// "PREFIX/available", whose payload is "online" or "offline".
std::string SnapshotTopics(std::string_view prefix);
std::string AvailableTopic(std::string_view prefix);

// The camera and label of a snapshot's topic. Errors: kInvalid.
Result<FrigateObject> ParseSnapshotTopic(std::string_view prefix, std::string_view topic);

}  // namespace edgevlm
