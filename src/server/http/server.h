// HttpServer: HTTP/1.1 and WebSocket connections with their limits and timeouts, on Boost.Beast.
//
// A misbehaving client (one that sends nothing, half a header or a byte per second, does not read,
// or exceeds a limit) loses its own connection and affects no other.
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
  int connections = 4096;  // at a time; beyond that, the one that has been idle longest is closed
  std::size_t header_bytes = std::size_t{16} << 10;
  std::size_t all_bodies_bytes = std::size_t{512} << 20;  // of all requests under way together
  std::size_t unsent_bytes = std::size_t{4} << 20;        // of a stream whose client does not read
  std::chrono::milliseconds header_time{10'000};          // from its first byte to its last
  std::chrono::milliseconds body_time{60'000};
  std::chrono::milliseconds write_time{30'000};          // without the client reading a byte
  std::chrono::milliseconds idle_time{75'000};           // between requests
  std::chrono::milliseconds keep_alive_comment{15'000};  // between two in a silent stream
};

// The request is admitted; its body may have this many bytes.
struct BodyLimit {
  std::size_t bytes = 0;
};

// The upgrade to a WebSocket is admitted; each message may have this many bytes.
struct MessageLimit {
  std::size_t bytes = 0;
};

// Answers requests. Threads: Admit runs on the server's I/O thread and must not block, Handle and
// HandleMessage on its workers, where they must not block for long.
class HttpService {
 public:
  virtual ~HttpService() = default;

  // Called before the body is read: admits the request with a limit on its body, or rejects it with
  // a response. MessageLimit only for requests to upgrade.
  virtual std::variant<BodyLimit, MessageLimit, Response> Admit(const Request& head) = 0;

  // Answers through `writer`, now or later.
  virtual void Handle(Request request, std::shared_ptr<ResponseWriter> writer) = 0;

  // Answers a text message on the WebSocket that Admit accepted with this head. Every Write sends
  // one message.
  virtual void HandleMessage(const Request& head, std::string message,
                             std::shared_ptr<ResponseWriter> writer) = 0;

  // The response where the server itself rejects a request: not HTTP, a header too long, and so on.
  // path: of the request; empty if it is not known.
  virtual Response ErrorResponse(std::string_view path, int status, const std::string& reason) = 0;
};

class HttpServer {
 public:
  struct Address {
    std::string host = "127.0.0.1";  // an IP address
    int port = 0;                    // 0: any free one
  };

  // Listens once it has returned, until it is destroyed. `service` must outlive it. Errors:
  // kInvalid (not an address), kIo (the port is in use or not permitted; no more threads).
  static Result<std::unique_ptr<HttpServer>> Listen(const Address& address,
                                                    const HttpLimits& limits, HttpService& service);
  virtual ~HttpServer() = default;

  // Whether Listen would succeed. A port that is in use is not an error here, so that the options
  // can be checked while a server runs with them. Errors: as Listen.
  static MaybeError Check(const Address& address);

  virtual int port() const = 0;

  // Accepts no more connections and closes idle ones. Replies under way continue.
  virtual void StopListening() = 0;

  // Replies that have not ended or are not fully written.
  virtual int replies_under_way() const = 0;
};

}  // namespace edgevlm
