#include "server/api_format.h"

namespace edgevlm {

std::string Frame(Framing framing, const std::string& payload) {
  switch (framing) {
    case Framing::kEvents:
      return std::string("data: ").append(payload).append("\n\n");
    case Framing::kLines:
      return payload + "\n";
    case Framing::kMessages:
      break;
  }
  return payload;
}

Response StreamHead(Framing framing) {
  return {.type = framing == Framing::kEvents ? "text/event-stream" : "application/x-ndjson",
          .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}};
}

std::string KeepAliveComment(Framing framing) {
  return framing == Framing::kEvents ? ": still here\n\n" : "";
}

}  // namespace edgevlm
