#include "cli/watch/home_assistant.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "edgevlm/edgevlm.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// A state has 255 characters at most; the attributes have the whole text.
std::string TextTemplate(const char* key) {
  return "{{ value_json." + std::string(key) + "[:255] }}";
}

class Discovery {
 public:
  Discovery(const MqttTarget& target, const WatchedSource& watched)
      : target_(target),
        common_({{"state_topic", target.StateTopic()},
                 {"availability_topic", target.AvailabilityTopic()},
                 {"device",
                  {{"identifiers", json::array({target.Id()})},
                   {"name", target.prefix},
                   {"manufacturer", "EdgeVLM"},
                   {"model", watched.model},
                   {"sw_version", Version()}}}}) {}

  // kind: of the entity, "sensor". entity: its own part of the id.
  void Add(const char* kind, const std::string& entity, json fields) {
    fields.update(common_);
    fields["unique_id"] = target_.Id() + "_" + entity;
    messages_.push_back({.topic = std::string("homeassistant/") + kind + "/" + target_.Id() + "/" +
                                  entity + "/config",
                         .text = fields.dump(-1, ' ', false, json::error_handler_t::replace)});
  }

  std::vector<MqttMessage> Move() { return std::move(messages_); }

 private:
  const MqttTarget& target_;
  const json common_;
  std::vector<MqttMessage> messages_;
};

}  // namespace

std::vector<MqttMessage> DiscoveryMessages(const MqttTarget& target, const WatchedSource& watched) {
  Discovery discovery(target, watched);
  const bool asks = !watched.question.empty();
  const char* const key = asks ? "answer" : "caption";
  discovery.Add("sensor", key,
                {{"name", asks ? watched.question : "Caption"},
                 {"value_template", TextTemplate(key)},
                 {"json_attributes_topic", target.StateTopic()},
                 {"icon", "mdi:cctv"}});
  discovery.Add("sensor", "late",
                {{"name", "Age of the frame"},
                 {"value_template", "{{ value_json.late_ms }}"},
                 {"unit_of_measurement", "ms"},
                 {"state_class", "measurement"},
                 {"entity_category", "diagnostic"}});
  if (asks) {
    discovery.Add("binary_sensor", "yes",
                  {{"name", watched.question},
                   {"value_template",
                    "{{ 'ON' if (value_json.answer | lower).startswith('yes') else 'OFF' }}"}});
  }
  return discovery.Move();
}

}  // namespace edgevlm
