#include "server/api_format.h"

namespace edgevlm {
namespace {

bool IsEvents(Framing framing) { return framing == Framing::kEvents || framing == Framing::kNamed; }

}  // namespace

std::string NamedEvent(std::string_view name, const std::string& json) {
  return std::string(name).append("\ndata: ").append(json);
}

std::string Frame(Framing framing, const std::string& payload) {
  switch (framing) {
    case Framing::kEvents:
      return std::string("data: ").append(payload).append("\n\n");
    case Framing::kNamed:
      return std::string("event: ").append(payload).append("\n\n");
    case Framing::kLines:
      return payload + "\n";
    case Framing::kMessages:
      break;
  }
  return payload;
}

Response StreamHead(Framing framing) {
  return {.type = IsEvents(framing) ? "text/event-stream" : "application/x-ndjson",
          .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}};
}

std::string KeepAliveComment(Framing framing) {
  return IsEvents(framing) ? ": still here\n\n" : "";
}

}  // namespace edgevlm
