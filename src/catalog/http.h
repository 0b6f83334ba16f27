// HttpGet: one GET request, without following redirects (libcurl underneath).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

struct HttpRequest {
  std::string url;
  std::uint64_t from = 0;         // first byte wanted; above 0 a Range is asked for
  std::string if_range = {};      // with `from`: the ETag that the range must belong to
  int stall_timeout_ms = 30'000;  // longest wait for the next byte, the first one included
  // "HOST:PORT:ADDRESS": where HOST is, whatever its name server says; no proxy is used then.
  std::string connect_to = {};
  int whole_timeout_ms = 0;  // for all of it; 0: none
};

// What the headers of the answer say.
struct HttpResponse {
  int status = 0;
  std::string redirect_url;            // absolute; empty: none
  std::string etag;                    // strong ones only: a weak one does not stand for the bytes
  std::optional<std::uint64_t> bytes;  // of the whole file, whichever part of it was sent
  std::optional<std::uint64_t> from;   // first byte of a 206
  // What a Hugging Face host says of the file that it redirects to.
  std::string linked_sha256;
  std::optional<std::uint64_t> linked_bytes;
};

// Takes the body of a 200 or 206; others are passed over.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  // Once, before the first byte. An error ends the request.
  virtual MaybeError Begin(const HttpResponse& response) = 0;
  virtual MaybeError Write(std::span<const std::byte> bytes) = 0;
};

struct HttpOutcome {
  HttpResponse response;
  // Why there is no answer or not all of it; of the network, or what the sink said.
  MaybeError failure;
  bool is_passing = false;  // the failure is one of the network: a later try may do better
};

// https is checked against the system's certificates. Proxies are taken from the environment, but
// not for this machine's own addresses. Threads: any; blocks until the answer has ended.
// REQUIRES: CheckUrl let the address pass.
HttpOutcome HttpGet(const HttpRequest& request, HttpSink& sink);

}  // namespace edgevlm
