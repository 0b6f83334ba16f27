// RequestSounds: reads the recordings in one request, as what is said in them.
#pragma once

#include <chrono>
#include <string>

#include "edgevlm/scheduler.h"
#include "server/parse/fields.h"
#include "server/server_context.h"

namespace edgevlm {

// No language model here reads sound itself: the server's Whisper writes down what is said, and the
// prompt has that. Each recording waits for its transcript, on the worker thread of its request.
class RequestSounds {
 public:
  RequestSounds(ServerContext& context, Problem& problem)
      : context_(context),
        problem_(problem),
        deadline_(std::chrono::steady_clock::now() + context.rules()->limits.time) {}

  // The part {"input_audio": {"data": BASE64 or a data URI}}. "format" is not needed: the bytes
  // show what they are. Problems name the field: without a Whisper, for a file that is no sound,
  // and 503 if too many recordings wait.
  RequestPart Read(Fields& part);

 private:
  RequestPart Hear(std::string file, const std::string& where);
  void Reject(ApiError error, const std::string& where);

  ServerContext& context_;
  Problem& problem_;
  const std::chrono::steady_clock::time_point deadline_;
};

}  // namespace edgevlm
