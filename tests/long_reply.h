// Slow replies: a full-size model with random weights, which never generates the end token. It is a
// preset of edgevlm bench, created in a second.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "program.h"
#include "served.h"

namespace edgevlm {

// Options of a server whose replies take milliseconds per token.
inline std::vector<std::string> SlowServer(std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--preset", "smolvlm-256m", "--image-max-tokens", "64"});
  return more;
}

// A request for this many tokens, without an image.
inline std::string LongChat(bool streams, int tokens = 4000) {
  const nlohmann::json body = {{"messages", {{{"role", "user"}, {"content", "hello"}}}},
                               {"max_tokens", tokens},
                               {"stream", streams}};
  return RequestText("POST", "/v1/chat/completions", {}, body.dump());
}

// A WebSocket message that requests this many tokens about an image.
inline std::string LongMessage(int tokens = 4000) {
  return nlohmann::json{{"type", "caption"}, {"image", Base64(PpmImage())}, {"max_tokens", tokens}}
      .dump();
}

}  // namespace edgevlm
