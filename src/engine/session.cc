// One conversation. From a question to its reply:
//
//   Ask -> AnswerAboutImage -> Answer -> Generate -> Step
//
// Answer writes the prompt, in which the image's embeddings stand between the tokens. Generate
// keeps the prefix that the cache already holds, and steps until the reply is finished. Step is one
// pass of the BatchDecoder (decode/). Caption takes the same path, and Chat begins at Answer. The
// embeddings come from SetImage -> ShareImage -> EncodeFile (engine/vision/).
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/check.h"
#include "base/stopwatch.h"
#include "decode/batch_decoder.h"
#include "edgevlm/edgevlm.h"
#include "engine/engine_state.h"
#include "engine/load/drafter.h"
#include "engine/prompt/prompt.h"
#include "engine/prompt/token_list.h"
#include "engine/prompt/write_prompt.h"
#include "engine/reply/active_reply.h"
#include "engine/reply/prefix.h"
#include "engine/reply/profile_recorder.h"
#include "engine/reply/saved_session.h"
#include "engine/sound/encode_sound.h"
#include "engine/vision/blank_image.h"
#include "engine/vision/encode.h"
#include "engine/vision/encode_video.h"
#include "engine/vision/shared_image.h"
#include "profile/profiler.h"

namespace edgevlm {
struct Session::State {
  State(const EngineState& loaded, const SessionOptions& options)
      : engine(loaded),
        is_cancelled(options.is_cancelled),
        sequence(*model.decoder, model.info.context_tokens, model.cache),
        batch_decoder(MakeBatchDecoder(model)),
        logits_row(static_cast<std::size_t>(model.info.vocabulary_tokens)) {
    if (options.profile) recorder = std::make_unique<ProfileRecorder>(loaded);
    if (batch_decoder.drafter() != nullptr) {
      speculation.emplace(*batch_decoder.drafter(), model.info.context_tokens);
    }
  }

  Profiler* profiler_or_null() { return recorder ? recorder->profiler() : nullptr; }
  ThreadGroups thread_groups() { return engine.runtime.DecoderThreadGroups(profiler_or_null()); }
  View<float> logits() { return {logits_row.data(), 1, static_cast<int>(logits_row.size())}; }

  void Forget() {
    sequence.TruncateTo(0);
    held = Prompt();
    evaluating = false;
  }

  MaybeError AdoptImage(Result<EncodedImage> encoded) {
    if (!encoded) return encoded.error();
    image = std::make_shared<const EncodedImage>(*std::move(encoded));
    image_timings = image->timings;
    if (recorder) recorder->AddEncoding(image_timings);
    return std::nullopt;
  }

  MaybeError AdoptImage(Result<SharedImage> shared) {
    if (!shared) return shared.error();
    image = std::move(shared->image);
    image_timings = shared->timings;
    if (recorder) recorder->AddEncoding(image_timings);
    return std::nullopt;
  }

  Result<Reply> AnswerAboutImage(std::string_view question, const DecodeOptions& options,
                                 const OnText& on_text);
  Result<Reply> Answer(std::span<const Message> messages, const DecodeOptions& options,
                       const OnText& on_text);
  Reply Generate(const Prompt& prompt, const DecodeOptions& options, const OnText& on_text);
  void Step(Generation& generation);
  void RecordReply(std::span<const Message> messages, const Reply& reply);
  MaybeError CheckImages(std::span<const Message> messages) const;
  MaybeError CheckSaved(const SavedSession& saved) const;

  const EngineState& engine;
  const Model& model = engine.model;
  const std::function<bool()> is_cancelled;  // may be empty
  Sequence sequence;
  BatchDecoder batch_decoder;
  std::optional<Speculation> speculation;     // if the batch decoder drafts
  Prompt held;                                // contents of the sequence, unless evaluating
  std::vector<float> logits_row;              // [V]
  std::unique_ptr<ProfileRecorder> recorder;  // null: nothing is profiled
  std::shared_ptr<const EncodedImage> image;
  Timings image_timings;    // not yet reported in a reply
  bool evaluating = false;  // the sequence holds tokens of Evaluate
};

void Session::State::Step(Generation& generation) {
  if (is_cancelled && is_cancelled()) return generation.Cancel();
  Generation* const generations[] = {&generation};
  const Stopwatch watch;
  const int before = generation.tokens();
  batch_decoder.Step(generations, Batch::kChunkRows, thread_groups());
  if (recorder == nullptr) return;
  recorder->AddStep(generation.tokens() - before, watch.Milliseconds(), sequence);
}

// Prefills the part of the prompt that the sequence does not hold, and generates the reply.
Reply Session::State::Generate(const Prompt& prompt, const DecodeOptions& options,
                               const OnText& on_text) {
  const Stopwatch watch;
  if (evaluating) Forget();
  const int reused = [&] {
    PROFILE_ZONE(profiler_or_null(), "cache");
    return ReusePrefix(engine, held, prompt, sequence);
  }();
  // If on_text throws, the session must not claim rows that the sequence no longer has.
  held = prompt;
  held.TruncateTo(reused);
  ActiveReply active(engine, prompt, reused, sequence, options, on_text,
                     speculation ? &*speculation : nullptr);
  while (!active.generation().finished()) {
    Step(active.generation());
    active.Update();
  }
  Reply reply = active.MakeReply();
  reply.timings.total_ms = watch.Milliseconds();
  held = active.Held();
  return reply;
}

Result<Reply> Session::State::Answer(std::span<const Message> messages,
                                     const DecodeOptions& options, const OnText& on_text) {
  if (auto error = Validate(options)) return *error;
  const Result<Prompt> prompt = [&] {
    PROFILE_ZONE(profiler_or_null(), "tokenizer");
    return WritePrompt(model, messages);
  }();
  if (!prompt) return prompt.error();
  Reply reply = Generate(*prompt, options, on_text);
  if (recorder) RecordReply(messages, reply);
  return reply;
}

Result<Reply> Session::State::AnswerAboutImage(std::string_view question,
                                               const DecodeOptions& options,
                                               const OnText& on_text) {
  if (auto error = Validate(options)) return *error;
  if (!image) return Error{ErrorCode::kInvalid, "image: expected one to be set, found none"};
  Message message = {.role = Role::kUser, .parts = {{.image = image}}};
  if (!question.empty()) message.parts.push_back({.text = std::string(question)});
  Result<Reply> reply = Answer({&message, 1}, options, on_text);
  if (!reply) return reply;
  const Timings before = std::exchange(image_timings, {});
  reply->timings.decode_ms = before.decode_ms;
  reply->timings.preprocess_ms = before.preprocess_ms;
  reply->timings.encode_ms = before.encode_ms;
  reply->timings.total_ms += before.total_ms;
  return reply;
}

void Session::State::RecordReply(std::span<const Message> messages, const Reply& reply) {
  std::string_view question;  // the last text that is not the model's own
  int image_tokens = 0;
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      if (part.image != nullptr) image_tokens += part.image->tokens;
      if (part.image == nullptr && message.role == Role::kUser) question = part.text;
    }
  }
  recorder->AddReply(question, image_tokens, reply);
}

MaybeError Session::State::CheckImages(std::span<const Message> messages) const {
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      if (part.image == nullptr) continue;
      if (auto error = CheckImage(model, *part.image)) return error;
    }
  }
  return std::nullopt;
}

// Whether consistent data also fits the model.
MaybeError Session::State::CheckSaved(const SavedSession& saved) const {
  if (saved.identity != model.identity) {
    return Error{
        ErrorCode::kInvalid,
        "session: expected one saved with this model and the same mmproj, precision, tome, "
        "keep-tokens and image-max-tokens, found a different one"};
  }
  if (auto error = CheckImages(saved.messages)) return error;
  if (saved.image != nullptr) {
    if (auto error = CheckImage(model, *saved.image)) return error;
  }
  for (const Prompt::Part& part : saved.prompt.parts()) {
    if (part.image != nullptr) {
      if (auto error = CheckImage(model, *part.image)) return error;
    }
    for (const int token : part.tokens) {
      if (0 <= token && token < model.info.vocabulary_tokens) continue;
      return Error{ErrorCode::kCorrupt, "session: prompt: expected ids below " +
                                            std::to_string(model.info.vocabulary_tokens) +
                                            ", found " + std::to_string(token)};
    }
  }
  if (saved.prompt.rows() <= model.info.context_tokens) return std::nullopt;
  return Error{ErrorCode::kTooLarge, "session: expected at most " +
                                         std::to_string(model.info.context_tokens) +
                                         " tokens, found " + std::to_string(saved.prompt.rows())};
}

Session::Session(const Engine& engine, const SessionOptions& options)
    : state_(std::make_unique<State>(*engine.state_, options)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

MaybeError Session::SetImage(std::span<const std::byte> file) {
  const ProfileRecorder::Scope scope(state_->recorder.get());
  return state_->AdoptImage(
      ShareImage(state_->engine, file, {.profiler = state_->profiler_or_null()}));
}

MaybeError Session::SetImage(const PixelsView& pixels) {
  const ProfileRecorder::Scope scope(state_->recorder.get());
  return state_->AdoptImage(
      SharePixels(state_->engine, pixels, {.profiler = state_->profiler_or_null()}));
}

MaybeError Session::SetImage(const EncodedImage& image) {
  if (auto error = CheckImage(state_->model, image)) return error;
  return state_->AdoptImage(image);
}

MaybeError Session::SetImage(std::shared_ptr<const EncodedImage> image) {
  CHECK(image != nullptr);
  if (auto error = CheckImage(state_->model, *image)) return error;
  return state_->AdoptImage(SharedImage{std::move(image), {}});
}

std::shared_ptr<const EncodedImage> Session::image() const { return state_->image; }

Result<EncodedVideo> Session::EncodeVideo(std::span<const FrameView> frames,
                                          const VideoOptions& options) {
  const ProfileRecorder::Scope scope(state_->recorder.get());
  Result<EncodedVideo> video = edgevlm::EncodeVideo(state_->engine, frames, options,
                                                    {.profiler = state_->profiler_or_null()});
  if (video && state_->recorder) state_->recorder->AddEncoding(video->timings);
  return video;
}

Result<EncodedSound> Session::EncodeSound(const Sound& sound) {
  const ProfileRecorder::Scope scope(state_->recorder.get());
  Result<EncodedSound> encoded =
      ShareSound(state_->engine, sound, {.profiler = state_->profiler_or_null()});
  if (encoded && state_->recorder) state_->recorder->AddEncoding(encoded->timings);
  return encoded;
}

Result<Reply> Session::Caption(const DecodeOptions& options, const OnText& on_text) {
  const ProfileRecorder::Scope scope(state_->recorder.get());
  return state_->AnswerAboutImage({}, options, on_text);
}

Result<Reply> Session::Ask(std::string_view question, const DecodeOptions& options,
                           const OnText& on_text) {
  if (question.empty()) {
    return Error{ErrorCode::kInvalid, "question: expected some text, found none"};
  }
  const ProfileRecorder::Scope scope(state_->recorder.get());
  return state_->AnswerAboutImage(question, options, on_text);
}

Result<Reply> Session::Chat(std::span<const Message> messages, const DecodeOptions& options,
                            const OnText& on_text) {
  if (auto error = state_->CheckImages(messages)) return *error;
  const ProfileRecorder::Scope scope(state_->recorder.get());
  if (!NeedsBlankImage(state_->model, messages)) {
    return state_->Answer(messages, options, on_text);
  }
  std::vector<Message> with_image(messages.begin(), messages.end());
  const ShareOptions share = {.profiler = state_->profiler_or_null()};
  if (auto error = AddBlankImage(state_->engine, share, with_image)) return *error;
  return state_->Answer(with_image, options, on_text);
}

Result<std::span<const float>> Session::Evaluate(std::span<const int> tokens) {
  State& state = *state_;
  if (!state.evaluating) state.Forget();
  const Result<TokenList> list =
      CutAtImage(state.model, tokens, state.image.get(), state.sequence.remaining());
  if (!list) return list.error();
  if (state.sequence.positions() == 0) state.sequence.ExpectRows(list->rows);
  if (list->rows > state.sequence.RowsUntilLong()) {
    return Error{ErrorCode::kUnsupported,
                 "evaluate: expected at most " + std::to_string(state.sequence.RowsUntilLong()) +
                     " more tokens, beyond which this model computes all again, found " +
                     std::to_string(list->rows)};
  }
  state.batch_decoder.batch().AddAll(state.sequence, list->inputs, state.logits(),
                                     state.thread_groups().For(list->rows));
  if (list->rows > 1) state.sequence.EndPrompt(state.thread_groups().For(list->rows));
  state.evaluating = true;
  return std::span<const float>(state.logits_row);
}

void Session::Reset() { state_->Forget(); }

Result<std::vector<std::byte>> Session::Save(std::span<const Message> messages,
                                             SavedParts parts) const {
  if (auto error = state_->CheckImages(messages)) return *error;
  SavedSession saved = {.identity = state_->model.identity,
                        .image = state_->image,
                        .messages = {messages.begin(), messages.end()},
                        .prompt = {},
                        .cache = {}};
  std::vector<std::byte> cache;
  if (!state_->evaluating && parts == SavedParts::kAll) {
    saved.prompt = state_->held;
    ByteWriter writer(cache);
    state_->sequence.cache().Save(writer);
    saved.cache = cache;
  }
  return WriteSession(saved);
}

namespace {

// Caches the restored images, so that they need not be encoded again when their files are given.
void KeepImages(const EngineState& engine, std::span<const Message> messages, const Prompt& prompt,
                const std::shared_ptr<const EncodedImage>& set) {
  ImageCache* const cache = engine.runtime.image_cache.get();
  if (cache == nullptr) return;
  const auto keep = [cache](const std::shared_ptr<const EncodedImage>& image) {
    if (image != nullptr && !image->content.empty()) cache->Put(image->content, image);
  };
  keep(set);
  for (const Message& message : messages) {
    for (const Part& part : message.parts) keep(part.image);
  }
  for (const Prompt::Part& part : prompt.parts()) keep(part.image);
}

}  // namespace

Result<std::vector<Message>> Session::Restore(std::span<const std::byte> bytes) {
  State& state = *state_;
  state.Forget();
  Result<SavedSession> saved = ReadSession(bytes);
  if (!saved) return saved.error();
  if (auto error = state.CheckSaved(*saved)) return *error;
  if (!saved->cache.empty()) {
    ByteReader reader(saved->cache);
    if (auto error = state.sequence.cache().Restore(reader)) return *error;
  }
  if (state.sequence.positions() != saved->prompt.rows()) {
    state.Forget();
    return Error{ErrorCode::kCorrupt, "session: cache: expected the prompt's " +
                                          std::to_string(saved->prompt.rows()) +
                                          " tokens, found another number"};
  }
  state.held = std::move(saved->prompt);
  state.image = std::move(saved->image);
  state.image_timings = {};
  KeepImages(state.engine, saved->messages, state.held, state.image);
  return std::move(saved->messages);
}

Profile Session::TakeProfile() { return state_->recorder ? state_->recorder->Take() : Profile(); }

}  // namespace edgevlm
