// What HTTP/1.1 looks like on the wire, as far as replies go.
#pragma once

#include <string>
#include <string_view>

#include "server/http/message.h"

namespace edgevlm {

// How a client knows where the body ends.
enum class BodyForm {
  kSized,    // Content-Length, which is the size of Response::body
  kChunked,  // in chunks
  kToEnd,    // when the connection ends (HTTP/1.0)
};

// The status line and all headers, the empty line included.
std::string HeadText(const Response& response, BodyForm form, bool keeps_alive);

// A piece of a chunked body. REQUIRES: not empty.
std::string ChunkText(std::string_view piece);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace edgevlm
