// LoadClient: one connection to a server under load.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
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
  using Clock = std::chrono::steady_clock;

  // begin: the reference time of ServedRequest::begin_ms.
  LoadClient(LoadTarget target, Clock::time_point begin);
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
  bool ReadChunks(ServedRequest& request, Clock::time_point begin);
  void ParseEvents(std::string& events, ServedRequest& request, Clock::time_point begin);
  void Disconnect();

  const LoadTarget target_;
  const Clock::time_point begin_;
  int socket_ = -1;
  std::string read_;  // received, not yet parsed
  std::string error_;
  bool done_ = false;       // the reply's last event has arrived
  Clock::time_point last_;  // when the last piece arrived
  bool has_text_ = false;
};

}  // namespace edgevlm
