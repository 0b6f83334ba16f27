#include "server/http/wire.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "base/check.h"

namespace edgevlm {
namespace {

struct StatusReason {
  int status;
  std::string_view reason;
};
constexpr StatusReason kReasons[] = {{200, "OK"},
                                     {204, "No Content"},
                                     {400, "Bad Request"},
                                     {401, "Unauthorized"},
                                     {403, "Forbidden"},
                                     {404, "Not Found"},
                                     {405, "Method Not Allowed"},
                                     {408, "Request Timeout"},
                                     {411, "Length Required"},
                                     {413, "Payload Too Large"},
                                     {415, "Unsupported Media Type"},
                                     {417, "Expectation Failed"},
                                     {421, "Misdirected Request"},
                                     {422, "Unprocessable Entity"},
                                     {426, "Upgrade Required"},
                                     {429, "Too Many Requests"},
                                     {431, "Request Header Fields Too Large"},
                                     {500, "Internal Server Error"},
                                     {501, "Not Implemented"},
                                     {502, "Bad Gateway"},
                                     {503, "Service Unavailable"},
                                     {504, "Gateway Timeout"}};

constexpr int kNoContent = 204;

std::string_view ReasonOf(int status) {
  const auto found = std::ranges::find(kReasons, status, &StatusReason::status);
  return found == std::end(kReasons) ? "Other" : found->reason;
}

void AddHeader(std::string_view name, std::string_view value, std::string& text) {
  // Header values are the server's own; a line end in one would split it in two.
  CHECK(value.find_first_of("\r\n") == std::string_view::npos);
  text.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string HeadText(const Response& response, BodyFraming form, bool keeps_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " ";
  text.append(ReasonOf(response.status)).append("\r\n");
  AddHeader("Server", "edgevlm", text);
  if (!response.type.empty()) AddHeader("Content-Type", response.type, text);
  AddHeader("X-Content-Type-Options", "nosniff", text);
  for (const auto& [name, value] : response.headers) AddHeader(name, value, text);
  if (form == BodyFraming::kChunked) AddHeader("Transfer-Encoding", "chunked", text);
  if (form == BodyFraming::kSized && response.status != kNoContent) {
    AddHeader("Content-Length", std::to_string(response.body.size()), text);
  }
  if (!keeps_alive || form == BodyFraming::kToEnd) AddHeader("Connection", "close", text);
  return text.append("\r\n");
}

std::string ChunkText(std::string_view piece) {
  CHECK(!piece.empty());
  std::array<char, 16> size;
  const auto end = std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16).ptr;
  return std::string(size.data(), end).append("\r\n").append(piece).append("\r\n");
}

}  // namespace edgevlm
