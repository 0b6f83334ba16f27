// A configuration of HAProxy 2.6 for several `edgevlm serve`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace edgevlm {

inline constexpr std::size_t kMaxFleetHosts = 256;

struct FleetHost {
  std::string name;  // or an IPv4 address, or an IPv6 address in brackets
  int port = 8080;
};

// "HOST" or "HOST:PORT". Errors: kInvalid, which names the text: HAProxy's files have their own
// syntax, so a host is letters, digits, dots, hyphens and underscores (in brackets: digits of
// IPv6).
Result<FleetHost> ParseFleetHost(const std::string& text);

struct HaproxyOptions {
  std::vector<FleetHost> hosts;  // at least one
  int port = 80;                 // where clients connect
  int running = 8;               // requests at a time of one server; the others wait in HAProxy
  int queue_seconds = 60;        // how long they wait at most
  int request_seconds = 600;     // until a server begins to answer, and between two pieces
};

// The text of the file; its comments say why each part is as it is.
std::string HaproxyConfig(const HaproxyOptions& options);

}  // namespace edgevlm
