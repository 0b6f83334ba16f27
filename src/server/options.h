// The options of a server, and the rules among them that can change while it runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edgevlm/scheduler.h"
#include "edgevlm/transcriber.h"
#include "server/http/server.h"
#include "server/spans/span_file.h"

namespace edgevlm {

// Which clients are allowed.
struct AccessRules {
  std::vector<std::string> keys;          // empty: anyone who can connect
  std::vector<std::string> cors_origins;  // of allowed pages, "https://example.org"; "*": all
  // Names accepted in the Host header, besides IP addresses and "localhost"; "*": any. This
  // prevents DNS rebinding: a page whose name suddenly resolves to this server cannot reach it.
  std::vector<std::string> host_names;
};

// Limits of one request.
struct RequestLimits {
  std::size_t body_bytes = std::size_t{32} << 20;
  int images = 0;                           // 0: as many as their tokens and bytes allow
  std::int64_t image_pixels = 100'000'000;  // per image; of all together kFullImages times as many
  int reply_tokens = 4096;
  std::chrono::milliseconds time{600'000};
};

// Images that are given as URLs.
struct RemoteRules {
  std::vector<std::string> domains;  // with their subdomains; empty: nothing is fetched
  std::chrono::milliseconds time{5'000};
};

// Can be changed while the server runs.
struct ServerRules {
  AccessRules access;
  RequestLimits limits;
  RemoteRules remote;
  DecodeOptions decode;                         // defaults for what a request leaves out
  std::vector<std::string> model_aliases = {};  // further names of the model
};

struct ServerOptions {
  HttpServer::Address address;
  HttpLimits http;
  SchedulerOptions scheduler;
  ServerRules rules;
  std::string model_name = "edgevlm";                         // shown to clients
  std::size_t stored_response_bytes = std::size_t{64} << 20;  // of /v1/responses, all together
  std::shared_ptr<Transcriber> transcriber = nullptr;         // null: the server reads no sound
  std::string transcriber_name = {};                          // shown to clients
  double model_load_seconds = 0;
  std::shared_ptr<SpanFile> spans = nullptr;  // of requests for replies; null: none are written
  // Keys and values as in config.yaml, for people to read.
  std::map<std::string, std::string> optimizations;
};

}  // namespace edgevlm
