// Serializes HTTP/1.1 responses.
#pragma once

#include <string>
#include <string_view>

#include "server/http/message.h"

namespace edgevlm {

// How the end of the body is marked.
enum class BodyFraming {
  kSized,    // by Content-Length, the size of Response::body
  kChunked,  // by the last chunk
  kToEnd,    // by the end of the connection (HTTP/1.0)
};

// The status line and all headers, the empty line included.
std::string HeadText(const Response& response, BodyFraming form, bool keeps_alive);

// One chunk of a chunked body. REQUIRES: not empty.
std::string ChunkText(std::string_view piece);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace edgevlm
