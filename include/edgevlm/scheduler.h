// Scheduler: many requests at once on one engine.
//
// Requests wait in the order in which they came. Those that run are decoded together, one token of
// each per step, while the prompts of new ones are read in parts and their images are encoded
// beside. What one request is answered does not depend on the others.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

struct SchedulerOptions {
  int running = 8;          // requests that are worked on together, at least 1
  int waiting = 64;         // behind them; 0: none
  int prefill_tokens = 64;  // of prompts per step at most, while replies are under way; at least 1.
                            // Fewer where more would make a step over 2.2 times as long
};

// Words, or an image in their place: a file (JPEG, PNG, WebP, PPM), or one that is encoded
// already.
struct RequestPart {
  std::string text = {};
  std::shared_ptr<const std::string> image = nullptr;
  std::string image_id = {};  // the file's SHA-256 in lower-case hexadecimal; empty: not known
  std::shared_ptr<const EncodedImage> encoded = nullptr;
};

struct RequestMessage {
  Role role = Role::kUser;
  std::vector<RequestPart> parts;
};

// A conversation whose last message is to be answered, as for Session::Chat.
struct ReplyRequest {
  std::vector<RequestMessage> messages;
  DecodeOptions decode;
  // Images that are kept are found again by requests of the same scope alone.
  std::string scope = {};
  double fetch_ms = 0;  // that getting its images took; told again in the reply
  // When it must be done.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

// What a request is waiting for. kQueue counts those before it, kImages the images that are
// encoded, kPrompt the tokens that are read.
enum class RequestStage { kQueue, kImages, kPrompt };

struct Progress {
  RequestStage stage = RequestStage::kQueue;
  int done = 0;
  int total = 0;
};

struct ImageReply {
  int tokens = 0;  // of the prompt; 0: not looked at, by a model that sees the last one only
  bool is_reused = false;  // it was encoded for another request
};

struct RequestReply {
  Reply reply;                          // its timings tell this request's own share of the work
  double fetch_ms = 0;                  // the request's
  double queue_ms = 0;                  // until it ran
  double first_token_ms = 0;            // from Submit to the first token
  int image_tokens = 0;                 // of the prompt
  std::vector<ImageReply> images = {};  // in the order of the request
};

// Hears of one request. Called on the scheduler's threads: must be quick. OnEnd may submit another
// request.
class ReplyListener {
 public:
  virtual ~ReplyListener() = default;
  // First, inside Submit: the request has a place, with so many before it.
  virtual void OnAccepted(int waiting_before) = 0;
  virtual void OnProgress(const Progress& progress) = 0;
  virtual void OnText(std::string_view text) = 0;
  // Last. Errors: those of Session::Chat and Engine::EncodeImage; kCancelled (by Cancel, or because
  // the deadline is over); kTooLarge where memory ran out, of all replies that ran at that time.
  virtual void OnEnd(const Result<RequestReply>& reply) = 0;
};

struct SchedulerStats {
  int waiting = 0;
  int running = 0;
};

// Threads: any.
class Scheduler {
 public:
  // REQUIRES: the options are in their ranges. The engine must outlive it. Throws std::system_error
  // where the system starts no more threads (one line).
  Scheduler(const Engine& engine, const SchedulerOptions& options);
  ~Scheduler();  // Stop()
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Returns the request's number; nothing if the queue is full. What is wrong with the request is
  // told to the listener.
  std::optional<std::uint64_t> Submit(ReplyRequest request,
                                      std::shared_ptr<ReplyListener> listener);

  // Ends what is under way, as Cancel does, and returns when it has. Takes no more requests.
  void Stop();

  // Ends a request with kCancelled, wherever it is: its place is free within one step, and the
  // encoding of its image ends within one block of the vision encoder unless another request shows
  // the same one. Nothing happens to one that has ended.
  void Cancel(std::uint64_t number);

  SchedulerStats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
