#include "socket_client.h"

namespace edgevlm {
namespace {

constexpr int kLastBit = 0x80, kMaskBit = 0x80, kShort = 125, kTwoBytes = 126, kEightBytes = 127;

void AppendNumber(unsigned long long number, int bytes, std::string& text) {
  for (int byte = bytes - 1; byte >= 0; --byte) {
    text += static_cast<char>(number >> (8 * byte) & 0xff);
  }
}

unsigned long long Number(std::string_view bytes) {
  unsigned long long number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

}  // namespace

std::string FrameText(std::string_view payload, const FrameOptions& form) {
  const unsigned long long size = form.announced_bytes.value_or(payload.size());
  std::string text(1, static_cast<char>((form.is_last ? kLastBit : 0) | form.kind));
  const int mask_bit = form.is_masked ? kMaskBit : 0;
  if (size <= kShort) {
    text += static_cast<char>(mask_bit | static_cast<int>(size));
  } else {
    const bool fits = size <= 0xffff;
    text += static_cast<char>(mask_bit | (fits ? kTwoBytes : kEightBytes));
    AppendNumber(size, fits ? 2 : 8, text);
  }
  if (form.is_masked) text.append(4, '\0');  // a mask of zeros leaves the payload unchanged
  return text.append(payload);
}

SocketClient::SocketClient(int port, std::string_view path, std::string_view headers)
    : client_(port) {
  std::string upgrade(headers);
  upgrade +=
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  client_.Send(RequestText("GET", path, upgrade));
  status_ = client_.Receive().status;
}

Frame SocketClient::Receive() {
  const std::string head = client_.Read(2);
  if (head.size() != 2) return {};
  Frame frame = {.kind = head[0] & 0x0f};
  unsigned long long size = static_cast<unsigned char>(head[1]) & 0x7f;
  if (size == kTwoBytes) size = Number(client_.Read(2));
  if (size == kEightBytes) size = Number(client_.Read(8));
  frame.payload = client_.Read(size);
  if (frame.kind == kCloseFrame && frame.payload.size() >= 2) {
    frame.code = static_cast<int>(Number(frame.payload.substr(0, 2)));
  }
  return frame;
}

std::string SocketClient::ReceiveUntil(std::string_view text) {
  std::string all;
  while (all.find(text) == std::string::npos) {
    const Frame frame = Receive();
    if (frame.kind == kCloseFrame) break;
    all.append(frame.payload).append("\n");
  }
  return all;
}

int SocketClient::CloseCode() {
  while (true) {
    const Frame frame = Receive();
    if (frame.kind == kCloseFrame) return frame.code;
  }
}

}  // namespace edgevlm
