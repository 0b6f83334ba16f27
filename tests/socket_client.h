// SocketClient: a WebSocket client (RFC 6455) that sends exactly the given frames.
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

struct FrameOptions {
  int kind = kTextFrame;
  bool is_last = true;
  bool is_masked = true;
  std::optional<unsigned long long> announced_bytes = {};  // instead of the true size
};

std::string FrameText(std::string_view payload, const FrameOptions& form = {});

class SocketClient {
 public:
  // Upgrades at `path`; status() is that of the response.
  explicit SocketClient(int port, std::string_view path = "/ws", std::string_view headers = {});

  int status() const { return status_; }
  bool Send(std::string_view message) { return SendBytes(FrameText(message)); }
  bool SendBytes(std::string_view bytes) { return client_.Send(bytes); }
  // The next frame; a close frame without a code if the connection has ended.
  Frame Receive();
  // All messages up to one that contains `text`, or up to the end.
  std::string ReceiveUntil(std::string_view text);
  // Skips to the close frame and returns its code.
  int CloseCode();
  void Reset() { client_.Reset(); }

 private:
  Client client_;
  int status_ = 0;
};

}  // namespace edgevlm
