// MqttTarget: a broker and the topics of a watched source.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

struct MqttTarget {
  std::string host;  // without the brackets of an IPv6 address
  int port = 1883;
  bool is_encrypted = false;
  std::string user = {};  // empty: none
  std::string password = {};
  std::string prefix = {};  // of the topics

  // "host:port", for messages: credentials are never shown.
  std::string Name() const { return host + ":" + std::to_string(port); }
  std::string StateTopic() const { return prefix + "/state"; }
  std::string AvailabilityTopic() const { return prefix + "/availability"; }
  // The prefix as part of an id: letters, digits, - and _.
  std::string Id() const;
};

// "mqtt://[USER[:PASSWORD]@]HOST[:PORT][/PREFIX]", or mqtts://; user and password may have
// %-escapes. option: for errors. prefix: where the URL has none. Errors: kInvalid; they show
// nothing of the text.
Result<MqttTarget> ParseMqttUrl(std::string_view url, std::string_view option,
                                std::string_view prefix);

// "edgevlm/" and the name of a source.
std::string PrefixFor(std::string_view source);

}  // namespace edgevlm
