// LoadClient: one connection to a server under load.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/stopwatch.h"
#include "metrics/serving_report.h"

namespace edgevlm {

struct LoadTarget {
  std::string host = "127.0.0.1";  // a host name or an address
  int port = 8080;
  std::string key;  // empty: none
};

// Sends requests one after the other, and times the pieces of their replies.
// Threads: one at a time. Blocks.
class LoadClient {
 public:
  // since_start: what ServedRequest::begin_ms is read from.
  LoadClient(LoadTarget target, const Stopwatch& since_start);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  // body: of a streamed chat completion that includes its usage. Connects if necessary. Any failure
  // marks the request as not succeeded; `error` then says why.
  ServedRequest Ask(std::string_view body);
  const std::string& error() const { return error_; }

 private:
  bool Connect();
  bool SendAll(std::string_view bytes);
  bool ReadMore();
  bool ReadHead();
  bool ReadChunks(ServedRequest& request);
  void ParseEvents(std::string& events, ServedRequest& request);
  void Disconnect();

  const LoadTarget target_;
  const Stopwatch since_start_;
  int socket_ = -1;
  std::string read_;  // received, not yet parsed
  std::string error_;
  bool done_ = false;  // the reply's last event has arrived
  Stopwatch watch_;    // of the request; its laps are between pieces of text
  bool has_text_ = false;
};

}  // namespace edgevlm
