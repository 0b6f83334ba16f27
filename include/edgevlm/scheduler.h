// Scheduler: runs many requests at once on one engine (continuous batching).
//
// Requests start in order of arrival. Running requests are decoded together, one token of each per
// step, while new prompts are prefilled in chunks and their images are encoded on a separate
// thread. A reply does not depend on the other requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

struct SchedulerOptions {
  int running = 8;          // requests that run at once, at least 1
  int waiting = 64;         // requests in the queue behind them; 0: none
  int prefill_tokens = 64;  // of prompts per step at most, while replies are generated; at least 1
  bool keeps_steps_short = true;  // fewer prompt tokens where more would make a step over 2.2 times
                                  // as long. False: all replies are done sooner, each one is slower
  bool profile = false;           // record what CurrentProfile returns
};

// Frames of a video, for Session::EncodeVideo. Owns their pixels.
struct RequestVideo {
  struct Frame {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;  // as in PixelsView
    double seconds = 0;
  };
  std::vector<Frame> frames;
  VideoOptions options = {};
};

// Text, an image, a video, or a sound. An image is a file (JPEG, PNG, WebP, PPM), or already
// encoded.
struct RequestPart {
  std::string text = {};
  std::shared_ptr<const std::string> image = nullptr;
  std::string image_id = {};  // the file's SHA-256 in lower-case hexadecimal; empty: not known
  std::shared_ptr<const EncodedImage> encoded = nullptr;
  // What encoding it took, if that was done for this request (Scheduler::EncodeAhead).
  std::optional<Timings> encode_timings = std::nullopt;
  // The scheduler refuses it for models with one image per prompt, as Session::EncodeVideo does.
  std::shared_ptr<const RequestVideo> video = nullptr;
  std::shared_ptr<const Sound> sound = nullptr;  // of Engine::ReadSound
};

struct RequestMessage {
  Role role = Role::kUser;
  std::vector<RequestPart> parts;
  MessageTools tools = {};
};

inline constexpr int kMaxReplies = 4;

// A conversation whose last message is to be answered, as for Session::Chat.
struct ReplyRequest {
  std::vector<RequestMessage> messages;
  DecodeOptions decode;
  TemplateInputs template_inputs = {};
  // How many replies to generate, 1 to kMaxReplies. They share the images and the prefill, and
  // differ in their draws: reply i has the seed decode.seed + i.
  int replies = 1;
  // Cached images are found only by requests of the same scope.
  std::string scope = {};
  ImageLimits image_limits = {};  // of each image; where 0, the engine's, whose most it may not
                                  // exceed
  double fetch_ms = 0;            // time spent fetching its images; copied to the reply
  // The request is cancelled if it is not done by then.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

// What a request is waiting for. kQueue counts the requests before it, kImages the images,
// frames and sounds that are encoded, kPrompt the tokens that are prefilled. kVideos counts the
// videos whose frames are chosen, which whoever submits requests does before.
enum class RequestStage { kVideos, kQueue, kImages, kPrompt };

struct Progress {
  RequestStage stage = RequestStage::kQueue;
  int done = 0;
  int total = 0;
};

struct ImageReply {
  int tokens = 0;          // of the prompt; 0: unused, by a model that takes the last image only
  bool is_reused = false;  // encoded earlier, for another request
};

struct RequestReply {
  Reply reply;                          // with the timings of this request's part of the work
  std::vector<Reply> others = {};       // of a request for several replies: all but the first
  double fetch_ms = 0;                  // as in the request
  double queue_ms = 0;                  // until it started
  double first_token_ms = 0;            // from Submit to the first token
  int image_tokens = 0;                 // of the prompt
  int sound_tokens = 0;                 // likewise
  std::vector<ImageReply> images = {};  // in the order of the request
};

// What was generated since the piece before it, of one of the replies.
struct TextPiece {
  std::string_view text;
  int reply = 0;                              // its index
  std::span<const TokenChoice> choices = {};  // as Reply::token_choices
};

// Receives the events of one request. Called on the scheduler's threads: must return quickly. OnEnd
// may submit another request.
class ReplyListener {
 public:
  virtual ~ReplyListener() = default;
  // Called first, inside Submit: the request is queued behind `waiting_before` others.
  virtual void OnAccepted(int waiting_before) = 0;
  virtual void OnProgress(const Progress& progress) = 0;
  virtual void OnText(const TextPiece& piece) = 0;
  // Called last. Errors: those of Session::Chat and Engine::EncodeImage; kCancelled (by Cancel, or
  // past the deadline); kTooLarge where memory ran out, for all replies that ran at that time.
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
  // if the system cannot start more threads (one line).
  Scheduler(const Engine& engine, const SchedulerOptions& options);
  ~Scheduler();  // Stop()
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Returns the request's number; nothing if the queue is full. Errors in the request go to the
  // listener.
  std::optional<std::uint64_t> Submit(ReplyRequest request,
                                      std::shared_ptr<ReplyListener> listener);

  // Encodes the images of a request now, on the caller's thread, if it must wait for something else
  // before it is submitted; its parts then have them as `encoded`. An image that cannot be encoded
  // stays as it is, so that Submit finds the error. Does nothing with SchedulerOptions::profile,
  // which knows only the threads of the scheduler. is_cancelled: polled, true ends it.
  void EncodeAhead(ReplyRequest& request, const std::function<bool()>& is_cancelled) const;

  // Cancels all requests, as Cancel does, and returns when they have ended. Accepts no more
  // requests.
  void Stop();

  // Ends a request with kCancelled at any stage: its slot is free within one step, and the encoding
  // of its image ends within one block of the vision encoder unless another request uses the same
  // image. Does nothing if the request has ended.
  void Cancel(std::uint64_t number);

  SchedulerStats stats() const;

  // What all requests since the start have cost, added up (Profile::summed_requests), without texts
  // and without the machine's limits. The work of cancelled requests counts too. Blocks the threads
  // of the scheduler while they are read, for milliseconds. Nothing without
  // SchedulerOptions::profile.
  std::optional<Profile> CurrentProfile() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
