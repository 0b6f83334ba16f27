// HttpServer: connections, limits and times of HTTP/1.1 and WebSocket (Boost.Beast underneath).
//
// Whatever a client does (says nothing, half a header, a byte per second; reads nothing; asks for
// more than it may) costs it its own connection and nothing else.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "server/http/message.h"
#include "server/http/response_writer.h"

namespace edgevlm {

struct HttpLimits {
  int connections = 4096;  // at a time; over that, the one that has been idle longest is closed
  std::size_t header_bytes = std::size_t{16} << 10;
  std::size_t all_bodies_bytes = std::size_t{512} << 20;  // of all requests under way together
  std::size_t unsent_bytes = std::size_t{4} << 20;        // of a stream whose client does not read
  std::chrono::milliseconds header_time{10'000};          // from its first byte to its last
  std::chrono::milliseconds body_time{60'000};
  std::chrono::milliseconds write_time{30'000};  // without a byte taken by the client
  std::chrono::milliseconds idle_time{75'000};   // between requests
  std::chrono::milliseconds keep_alive_comment{15'000};
};

// How many bytes a body may have.
struct BodyLimit {
  std::size_t bytes = 0;
};

// The client may turn to a WebSocket; how many bytes each of its messages may have.
struct MessageLimit {
  std::size_t bytes = 0;
};

// What answers requests. Threads: Admit and HandleMessage on the server's I/O thread, Handle on one
// of a few others; neither may block for long.
class HttpService {
 public:
  virtual ~HttpService() = default;

  // Looks at a request whose body is not read yet: says how much of it may come, or refuses.
  // MessageLimit only for one that asks to upgrade.
  virtual std::variant<BodyLimit, MessageLimit, Response> Admit(const Request& head) = 0;

  // Answers through `exchange`, now or later.
  virtual void Handle(Request request, std::shared_ptr<ResponseWriter> writer) = 0;

  // A text message on a WebSocket that Admit let in with this head. Every Write is a message back.
  virtual void HandleMessage(const Request& head, std::string message,
                             std::shared_ptr<ResponseWriter> writer) = 0;

  // What the server itself answers: bytes that are no HTTP, a header too long, and the like. path:
  // that was asked for; empty if it is not known.
  virtual Response Refusal(std::string_view path, int status, const std::string& reason) = 0;
};

class HttpServer {
 public:
  struct Address {
    std::string host = "127.0.0.1";  // an IP address
    int port = 0;                    // 0: one that is free
  };

  // Listens from the moment it returns; answers until it is destroyed. `service` must outlive it.
  // Errors: kInvalid (not an address), kIo (the port is taken, not permitted; no threads).
  static Result<std::unique_ptr<HttpServer>> Listen(const Address& address,
                                                    const HttpLimits& limits, HttpService& service);
  virtual ~HttpServer() = default;

  // Whether Listen could, but for a port that is taken now: a server that runs may be checked
  // against. Errors: as Listen.
  static MaybeError Check(const Address& address);

  virtual int port() const = 0;

  // Takes no more connections; those that are there may end their replies. Idle ones are closed.
  virtual void StopListening() = 0;

  // Replies that have not ended, or that their clients do not have yet.
  virtual int replies_under_way() const = 0;
};

}  // namespace edgevlm
