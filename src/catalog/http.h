// One HTTP request with libcurl, without following redirects.
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
  std::uint64_t from = 0;         // first byte; above 0, a Range is requested
  std::string if_range = {};      // with `from`: the ETag that the range must belong to
  int stall_timeout_ms = 30'000;  // longest wait for the next byte, the first one included
  // "HOST:PORT:ADDRESS": connects to ADDRESS instead of resolving HOST, and uses no proxy.
  std::string connect_to = {};
  int whole_timeout_ms = 0;  // for the whole request; 0: none
  std::string json = {};     // posted; empty: a GET
};

// The parsed headers of a response.
struct HttpResponse {
  int status = 0;
  std::string redirect_url;            // absolute; empty: none
  std::string etag;                    // strong ones only: a weak one does not identify the bytes
  std::optional<std::uint64_t> bytes;  // of the whole file, even if only a range was sent
  std::optional<std::uint64_t> from;   // first byte of a 206
  // What a Hugging Face host reports about the file that it redirects to.
  std::string linked_sha256;
  std::optional<std::uint64_t> linked_bytes;
};

// Receives the body of a 200 or 206; other bodies are ignored.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  // Called once, before the first byte. An error aborts the request.
  virtual MaybeError OnHeaders(const HttpResponse& response) = 0;
  virtual MaybeError OnBody(std::span<const std::byte> bytes) = 0;
};

struct HttpOutcome {
  HttpResponse response;
  // Why the response is missing or incomplete: an error of the network or of the sink.
  MaybeError failure;
  bool is_transient = false;  // a network failure; a retry may succeed
};

// Verifies https against the system's certificates. Uses the proxies of the environment, except for
// loopback addresses. Threads: any; blocks until the response has ended. REQUIRES: CheckUrl accepts
// the URL.
HttpOutcome HttpGet(const HttpRequest& request, HttpSink& sink);

// Posts a JSON text; what is answered is not read. It has 10 s. Errors: kInvalid (CheckUrl), kIo
// (no libcurl, no answer, a status other than 2xx). Threads: any.
MaybeError PostJson(const std::string& url, const std::string& json);

}  // namespace edgevlm
