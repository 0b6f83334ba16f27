// Core: what all connections of a server share. For server/http/ only.
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

// A connection as the core sees it. Threads: the I/O thread.
class Peer {
 public:
  virtual ~Peer() = default;
  virtual void Close() = 0;
  // Closes what has taken too long, and gives signs of life.
  virtual void Tick(Clock::time_point now) = 0;
  // Whether it could be closed with the least loss: the lower, the rather.
  enum class EvictionPriority { kIdle, kSending, kServed };
  virtual EvictionPriority worth() const = 0;
  virtual Clock::time_point last_active() const = 0;
};

// One thread runs `io`: there all connections live, so that nothing of theirs needs a lock. A few
// others (`workers`) read images and JSON, which would keep everybody's words waiting.
struct Core {
  static constexpr int kWorkers = 4;

  Core(const HttpLimits& given_limits, HttpService& given_service)
      : limits(given_limits), service(given_service) {}

  const HttpLimits limits;
  HttpService& service;
  boost::asio::io_context io{1};
  Workers workers{kWorkers};

  // Charges bytes that have come to what all bodies together may have; false if that is too much.
  // Who is charged gives back with Release. Threads: the I/O thread.
  bool Charge(std::size_t bytes) {
    body_bytes += bytes;
    return body_bytes <= limits.all_bodies_bytes;
  }
  void Release(std::size_t bytes) { body_bytes -= bytes; }

  std::list<std::weak_ptr<Peer>> peers;
  std::size_t body_bytes = 0;         // of requests and messages under way
  std::array<char, 1 << 16> scratch;  // what was just read
  std::atomic<int> replies = 0;       // under way
  std::atomic<bool> draining = false;
};

}  // namespace edgevlm
