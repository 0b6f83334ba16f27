// ApiFormat: how one API writes replies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/api_error.h"
#include "server/http/message.h"

namespace edgevlm {

// How the payloads of a stream are told apart.
enum class Framing {
  kEvents,    // server-sent events: "data: PAYLOAD" and an empty line
  kLines,     // one per line
  kMessages,  // as they are: each is a message of a WebSocket
};

// One reply's writer. Threads: one at a time.
class ApiFormat {
 public:
  virtual ~ApiFormat() = default;

  // A reply that is sent as a whole.
  virtual Response Whole(const RequestReply& reply) = 0;
  virtual Response Failed(const ApiError& error) = 0;

  // The payloads of one that is streamed. Empty ones are left out.
  virtual std::string Begin() { return {}; }
  virtual std::string Progressed(const Progress&) { return {}; }
  virtual std::string Text(std::string_view text) = 0;
  virtual std::vector<std::string> End(const RequestReply& reply) = 0;
  virtual std::string FailedLate(const ApiError& error) = 0;
};

// A payload in its frame.
std::string Framed(Framing framing, const std::string& payload);

// What a stream begins with.
Response StreamHead(Framing framing);

// A frame that means nothing; empty where there is none.
std::string KeepAliveComment(Framing framing);

}  // namespace edgevlm
