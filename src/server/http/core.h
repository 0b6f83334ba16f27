// Core: the state that all connections of a server share. For server/http/ only.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <list>
#include <memory>

#include "server/http/server.h"
#include "server/http/workers.h"

namespace edgevlm {

using Clock = std::chrono::steady_clock;

// A connection, as the server manages it. Threads: the I/O thread.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void Close() = 0;
  // Enforces time limits and sends keep-alive comments.
  virtual void Tick(Clock::time_point now) = 0;
  // Which connection is closed first where there are too many: the lowest priority.
  enum class EvictionPriority { kIdle, kSending, kServed };
  virtual EvictionPriority eviction_priority() const = 0;
  virtual Clock::time_point last_active() const = 0;
};

// One thread runs `io` and owns all connections, so they need no locks. A few others (`workers`)
// parse images and JSON, which would delay the token streams of other clients.
struct Core {
  static constexpr int kWorkers = 4;

  Core(const HttpLimits& given_limits, HttpService& given_service)
      : limits(given_limits), service(given_service) {}

  const HttpLimits limits;
  HttpService& service;
  boost::asio::io_context io{1};
  Workers workers{kWorkers};

  // Adds received bytes to the total of all bodies; false if that exceeds the limit. The caller
  // must Release them either way. Threads: the I/O thread.
  bool Charge(std::size_t bytes) {
    body_bytes += bytes;
    return body_bytes <= limits.all_bodies_bytes;
  }
  void Release(std::size_t bytes) { body_bytes -= bytes; }

  std::list<std::weak_ptr<Peer>> peers;
  std::size_t body_bytes = 0;         // of requests and messages under way
  std::array<char, 1 << 16> scratch;  // read buffer
  std::atomic<int> replies = 0;       // under way
  std::atomic<bool> draining = false;
};

}  // namespace edgevlm
