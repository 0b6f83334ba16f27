// A WebSocket client that sends exactly the frames it is told to (RFC 6455).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "served.h"

namespace edgevlm {

inline constexpr int kContinuationFrame = 0, kTextFrame = 1, kBinaryFrame = 2, kCloseFrame = 8,
                     kPingFrame = 9, kPongFrame = 10;

// Frame::code of a connection that ended without a close frame.
inline constexpr int kNoCode = 0;

struct Frame {
  int kind = kCloseFrame;
  std::string payload = {};
  int code = kNoCode;  // of a close frame
};

struct FrameForm {
  int kind = kTextFrame;
  bool is_last = true;
  bool is_masked = true;
  std::optional<unsigned long long> promised_bytes = {};  // other than those that are sent
};

std::string FrameText(std::string_view payload, const FrameForm& form = {});

class SocketClient {
 public:
  // Upgrades at `path`; status() tells what came of it.
  explicit SocketClient(int port, std::string_view path = "/ws", std::string_view headers = {});

  int status() const { return status_; }
  bool Send(std::string_view message) { return SendBytes(FrameText(message)); }
  bool SendBytes(std::string_view bytes) { return client_.Send(bytes); }
  // The next frame; a close frame without a code when the connection has ended.
  Frame Receive();
  // Messages up to one with this text in it; all up to the end if there is none.
  std::string ReceiveUntil(std::string_view text);
  // The code of the close frame that comes, whatever comes before it.
  int CloseCode();
  void Reset() { client_.Reset(); }

 private:
  Client client_;
  int status_ = 0;
};

}  // namespace edgevlm
