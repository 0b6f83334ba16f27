// ApiFormat: the JSON in which one API (OpenAI, Ollama, ours) writes a reply.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/scheduler.h"
#include "server/api_error.h"
#include "server/http/message.h"
#include "server/tools/tool.h"

namespace edgevlm {

// How the payloads of a stream are delimited.
enum class Framing {
  kEvents,    // server-sent events: "data: PAYLOAD" and an empty line
  kNamed,     // the same, with a line "event: NAME" in front; payloads are made by NamedEvent
  kLines,     // one per line
  kMessages,  // not at all: each is one WebSocket message
};

// Formats one reply. Threads: one at a time.
class ApiFormat {
 public:
  virtual ~ApiFormat() = default;

  // For a reply that is sent as a whole.
  virtual Response WholeReply(const RequestReply& reply) = 0;
  virtual Response ErrorReply(const ApiError& error) = 0;

  // The payloads of a streamed reply. Empty ones are not sent. prompt_tokens: of the request.
  virtual std::vector<std::string> StreamStart(int /*prompt_tokens*/) { return {}; }
  virtual std::string ProgressChunk(const Progress&) { return {}; }
  virtual std::vector<std::string> TextChunks(const TextPiece& piece) = 0;
  // The model calls a tool. Comes after the text before it, also for a reply that is sent as a
  // whole, which then is to have the call.
  virtual std::vector<std::string> CallChunks(int /*reply*/, const ToolCall&) { return {}; }
  virtual std::vector<std::string> StreamEnd(const RequestReply& reply) = 0;
  virtual std::string StreamError(const ApiError& error) = 0;
};

// The payload of an event with a name.
std::string NamedEvent(std::string_view name, const std::string& json);

// A payload with its delimiters.
std::string Frame(Framing framing, const std::string& payload);

// Status and headers of a stream.
Response StreamHead(Framing framing);

// A frame that clients ignore, which keeps idle connections open; empty if the framing has none.
std::string KeepAliveComment(Framing framing);

}  // namespace edgevlm
