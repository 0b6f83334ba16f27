// Any bytes as a message of a queue, a status and a host of a fleet.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "fleet/fleet_status.h"
#include "fleet/haproxy_config.h"
#include "fleet/queue_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto work = edgevlm::ReadWorkLine(text)) {
    CHECK(edgevlm::ReadWorkLine(edgevlm::WorkLine(*work)).ok());
  }
  if (const auto replies = edgevlm::ReadRepliesMessage(text)) {
    CHECK(edgevlm::ReadRepliesMessage(edgevlm::RepliesMessage(*replies)).ok());
  }
  if (const auto image = edgevlm::ReadImageMessage(text)) {
    CHECK(text.ends_with(image->file));
    static_cast<void>(edgevlm::ReadWorkLine(image->work));
  }
  const auto status = edgevlm::ReadStatuses({text});
  CHECK(!edgevlm::FleetStatusLines(status).empty() && !edgevlm::FleetStatusJson(status).empty());
  if (const auto host = edgevlm::ParseFleetHost(text)) {
    CHECK(host->name.find_first_of(" \n\t#") == std::string::npos);
  }
  return 0;
}
