// Exchange: one request's way back to its client.
#pragma once

#include <functional>
#include <string>

#include "server/http/message.h"

namespace edgevlm {

// Either Send, once; or Begin, any number of Writes, and End. What is written after the client has
// gone goes nowhere. Threads: any.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  virtual void Send(Response response) = 0;

  // Status and headers; the body comes in pieces. Whenever nothing was written for a while
  // (HttpLimits::keep_alive_comment), `keep_alive_comment` is, if it is not empty.
  virtual void Begin(Response head, std::string keep_alive_comment) = 0;
  virtual void Write(std::string piece) = 0;
  virtual void End() = 0;

  // Calls `gone` when the client leaves before its reply has ended, at once if it already has.
  // On a thread of the server: must be quick. Once per exchange, before it ends.
  virtual void WhenGone(std::function<void()> gone) = 0;
};

}  // namespace edgevlm
