// What a server is told at its start, and what of it can be changed while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/http/server.h"

namespace edgevlm {

// Who may ask.
struct AccessRules {
  std::vector<std::string> keys;          // empty: everybody who can connect
  std::vector<std::string> cors_origins;  // whose pages may, "https://example.org"; "*": all
  // Names under which the server may be addressed, besides IP addresses and "localhost"; "*": any.
  // This is what keeps pages of other names from reaching it through a changed name server entry.
  std::vector<std::string> host_names;
};

// What one request may cost.
struct RequestLimits {
  std::size_t body_bytes = std::size_t{32} << 20;
  int images = 16;
  std::int64_t image_pixels = 100'000'000;  // of each
  int reply_tokens = 4096;
  std::chrono::milliseconds time{600'000};
};

// Images that are given as addresses.
struct RemoteRules {
  std::vector<std::string> domains;  // with all names below them; empty: none are fetched
  std::chrono::milliseconds time{5'000};
};

// Can be changed while the server runs.
struct ServerRules {
  AccessRules access;
  RequestLimits limits;
  RemoteRules remote;
  DecodeOptions decode;  // where a request does not say
};

struct ServerOptions {
  HttpServer::Address address;
  HttpLimits http;
  SchedulerOptions scheduler;
  ServerRules rules;
  std::string model_name = "edgevlm";  // as clients see it
  double model_load_seconds = 0;
  // By the keys of config.yaml, as its values would be written; for people to read.
  std::map<std::string, std::string> optimizations;
};

}  // namespace edgevlm
