#include "engine/scheduling/prepare.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <system_error>

#include "engine/prompt/prompt_style.h"
#include "engine/prompt/write_prompt.h"
#include "engine/reply/prefix.h"
#include "engine/sound/encode_sound.h"
#include "engine/vision/blank_image.h"
#include "engine/vision/encode_video.h"
#include "engine/vision/shared_image.h"

namespace edgevlm {
namespace {

bool IsImage(const RequestPart& part) { return part.image != nullptr || part.encoded != nullptr; }

// What is encoded, for progress: of a video, each frame.
int CountImages(const RequestPart& part) {
  if (part.video != nullptr) return static_cast<int>(part.video->frames.size());
  return part.image != nullptr || part.sound != nullptr ? 1 : 0;
}

int CountSounds(const ReplyRequest& request) {
  int sounds = 0;
  for (const RequestMessage& message : request.messages) {
    for (const RequestPart& part : message.parts) sounds += part.sound == nullptr ? 0 : 1;
  }
  return sounds;
}

// Null if there is none.
const RequestPart* LastImage(const ReplyRequest& request) {
  const RequestPart* last = nullptr;
  for (const RequestMessage& message : request.messages) {
    for (const RequestPart& part : message.parts) {
      if (IsImage(part)) last = &part;
    }
  }
  return last;
}

Error Cancelled() { return {ErrorCode::kCancelled, "request: cancelled"}; }

// Reads the images and sounds of one request, in order.
class Encoding {
 public:
  Encoding(const EngineState& engine, const PrepareHooks& hooks, int images)
      : engine_(engine), hooks_(hooks), images_(images) {}

  // Ends what still runs after an error.
  ~Encoding() { gives_up_ = true; }
  Encoding(const Encoding&) = delete;
  Encoding& operator=(const Encoding&) = delete;

  Result<std::vector<Message>> Messages(const ReplyRequest& request) {
    const RequestPart* const last = LastImage(request);
    StartSounds(request);
    std::vector<Message> messages;
    for (const RequestMessage& given : request.messages) {
      Message& message =
          messages.emplace_back(Message{.role = given.role, .parts = {}, .tools = given.tools});
      for (const RequestPart& part : given.parts) {
        if (IsImage(part) && &part != last && engine_.model.style->begins_with_image()) {
          Skip(part);
        } else if (auto error = Add(part, request, message)) {
          return *error;
        }
      }
    }
    if (NeedsBlankImage(engine_.model, messages)) {
      const ShareOptions options = {.profiler = hooks_.profiler, .is_over = hooks_.is_over};
      if (auto error = AddBlankImage(engine_, options, messages)) return *error;
    }
    return messages;
  }

  const Timings& timings() const { return timings_; }
  int tokens() const { return tokens_; }
  int sound_tokens() const { return sound_tokens_; }
  std::vector<ImageReply> MoveNotes() { return std::move(notes_); }

 private:
  MaybeError Add(const RequestPart& part, const ReplyRequest& request, Message& message) {
    if (part.video != nullptr) return AddVideo(part, request.scope, message);
    if (part.sound != nullptr) return AddSound(message);
    if (part.encoded != nullptr) {
      if (part.encode_timings) AddTimings(*part.encode_timings);
      Note(*part.encoded, !part.encode_timings);
      message.parts.push_back({.image = part.encoded});
    } else if (part.image != nullptr) {
      auto image = Encode(part, request);
      if (!image) return image.error();
      message.parts.push_back({.image = *std::move(image)});
    } else {
      message.parts.push_back({.text = part.text});
    }
    return std::nullopt;
  }

  // It comes before the image that is used.
  void Skip(const RequestPart& part) {
    notes_.emplace_back();
    if (part.image != nullptr) hooks_.on_image(++done_);
  }

  void Note(const EncodedImage& image, bool is_reused) {
    notes_.push_back({.tokens = image.tokens, .is_reused = is_reused});
    tokens_ += image.tokens;
  }

  MaybeError AddVideo(const RequestPart& part, const std::string& scope, Message& message) {
    Result<EncodedVideo> video =
        EncodeVideo(engine_, ViewsOf(*part.video), part.video->options,
                    {.profiler = hooks_.profiler, .scope = scope, .is_over = hooks_.is_over});
    if (!video) return video.error();
    AddTimings(video->timings);
    tokens_ += video->tokens;
    std::ranges::move(video->parts, std::back_inserter(message.parts));
    done_ += CountImages(part);
    hooks_.on_image(done_);
    return std::nullopt;
  }

  // Sounds are encoded while the images are, unless both are profiled.
  void StartSounds(const ReplyRequest& request) {
    const bool is_alone = images_ == CountSounds(request);
    for (const RequestMessage& message : request.messages) {
      for (const RequestPart& part : message.parts) {
        if (part.sound == nullptr) continue;
        const auto encode = [this, sound = part.sound, &request] {
          return ShareSound(engine_, *sound,
                            {.profiler = hooks_.profiler,
                             .scope = request.scope,
                             .is_over = [this] { return gives_up_ || hooks_.is_over(); }});
        };
        const bool waits = is_alone || hooks_.profiler != nullptr;
        sounds_.push_back(StartTask(waits, encode));
      }
    }
  }

  template <class Task>
  static std::future<Result<EncodedSound>> StartTask(bool waits, const Task& task) {
    try {
      if (!waits) return std::async(std::launch::async, task);
    } catch (const std::system_error&) {  // no thread is left: it runs when it is needed
    }
    return std::async(std::launch::deferred, task);
  }

  // The next one.
  MaybeError AddSound(Message& message) {
    Result<EncodedSound> sound = sounds_[sounds_done_++].get();
    if (!sound) return sound.error();
    AddTimings(sound->timings);
    sound_tokens_ += sound->embeddings->tokens;
    message.parts.push_back({.image = std::move(sound->embeddings)});
    hooks_.on_image(++done_);
    return std::nullopt;
  }

  void AddTimings(const Timings& timings) {
    timings_.decode_ms += timings.decode_ms;
    timings_.preprocess_ms += timings.preprocess_ms;
    timings_.encode_ms += timings.encode_ms;
  }

  Result<std::shared_ptr<const EncodedImage>> Encode(const RequestPart& part,
                                                     const ReplyRequest& request) {
    if (hooks_.is_over()) return Cancelled();
    const std::string& file = *part.image;
    // Other requests find it only if images are cached.
    const auto is_over = [&] {
      return hooks_.is_over() &&
             (engine_.runtime.image_cache == nullptr || !hooks_.is_wanted(file));
    };
    Result<SharedImage> shared = ShareImage(engine_, std::as_bytes(std::span(file)),
                                            {.profiler = hooks_.profiler,
                                             .scope = request.scope,
                                             .limits = request.image_limits,
                                             .file_id = part.image_id,
                                             .is_over = is_over});
    if (!shared) return Named(shared.error());
    AddTimings(shared->timings);
    Note(*shared->image, !shared->is_new);
    hooks_.on_image(++done_);
    return std::move(shared->image);
  }

  Error Named(const Error& error) const {
    if (images_ == 1) return error;
    return error.In("image " + std::to_string(done_));
  }

  const EngineState& engine_;
  const PrepareHooks& hooks_;
  const int images_;
  int done_ = 0;
  int tokens_ = 0;
  int sound_tokens_ = 0;
  std::atomic<bool> gives_up_ = false;
  std::vector<std::future<Result<EncodedSound>>> sounds_;
  std::size_t sounds_done_ = 0;
  std::vector<ImageReply> notes_;
  Timings timings_;
};

}  // namespace

int CountImages(const ReplyRequest& request) {
  int images = 0;
  for (const RequestMessage& message : request.messages) {
    for (const RequestPart& part : message.parts) images += CountImages(part);
  }
  return images;
}

void EncodeAhead(const EngineState& engine, ReplyRequest& request,
                 const std::function<bool()>& is_cancelled) {
  const RequestPart* const last = LastImage(request);
  for (RequestMessage& message : request.messages) {
    for (RequestPart& part : message.parts) {
      const bool is_used = &part == last || !engine.model.style->begins_with_image();
      if (part.image == nullptr || !is_used || is_cancelled()) continue;
      const std::string& file = *part.image;
      const Result<SharedImage> shared = ShareImage(engine, std::as_bytes(std::span(file)),
                                                    {.scope = request.scope,
                                                     .limits = request.image_limits,
                                                     .file_id = part.image_id,
                                                     .is_over = is_cancelled});
      if (!shared) continue;
      part.encoded = shared->image;
      if (shared->is_new) part.encode_timings = shared->timings;
      part.image = nullptr;
    }
  }
}

Result<PreparedReply> Prepare(const EngineState& engine, const ReplyRequest& request,
                              const PrepareHooks& hooks) {
  if (auto error = Validate(request.decode)) return *error;
  if (request.replies < 1 || request.replies > kMaxReplies) {
    return Error{ErrorCode::kInvalid, "replies: expected 1 to " + std::to_string(kMaxReplies) +
                                          ", found " + std::to_string(request.replies)};
  }
  Encoding encoding(engine, hooks, CountImages(request));
  const Result<std::vector<Message>> messages = encoding.Messages(request);
  if (!messages) return messages.error();
  Result<Prompt> prompt = [&] {
    PROFILE_ZONE(hooks.profiler, "tokenizer");
    return WritePrompt(engine.model, *messages, request.template_inputs);
  }();
  if (!prompt) return prompt.error();
  if (hooks.is_over()) return Cancelled();
  PROFILE_ZONE(hooks.profiler, "cache");
  // Allocates no more than this reply can fill: many run at the same time.
  const Model& model = engine.model;
  const int rows = prompt->rows();
  const int positions =
      rows + std::min(request.decode.max_tokens, model.info.context_tokens - rows);
  PreparedReply prepared = {
      .prompt = *std::move(prompt),
      .sequence = std::make_unique<Sequence>(*model.decoder, positions, model.cache),
      .timings = encoding.timings(),
      .image_tokens = encoding.tokens(),
      .sound_tokens = encoding.sound_tokens(),
      .images = encoding.MoveNotes()};
  prepared.reused_rows = ReusePrefix(engine, Prompt(), prepared.prompt, *prepared.sequence);
  return prepared;
}

}  // namespace edgevlm
