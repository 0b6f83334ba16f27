// ResponseWriter: writes the response to one request.
#pragma once

#include <functional>
#include <string>

#include "server/http/message.h"

namespace edgevlm {

// Either Send, once; or StartStream, any number of Writes, and EndStream. Writes after the client
// has disconnected are discarded. Threads: any.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  virtual void Send(Response response) = 0;

  // Sends status and headers; the body follows in pieces. Whenever nothing was written for
  // HttpLimits::keep_alive_comment, `keep_alive_comment` is sent, unless it is empty.
  virtual void StartStream(Response head, std::string keep_alive_comment) = 0;
  virtual void Write(std::string piece) = 0;
  virtual void EndStream() = 0;

  // Calls `on_disconnect` when the client disconnects before its reply has ended; at once if it
  // already has. On the I/O thread, so it must be quick. Call once per request, before the end.
  virtual void OnDisconnect(std::function<void()> on_disconnect) = 0;
};

}  // namespace edgevlm
