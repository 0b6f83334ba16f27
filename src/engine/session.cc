#include <algorithm>
#include <optional>
#include <utility>

#include "edgevlm/edgevlm.h"
#include "engine/encode.h"
#include "engine/model.h"
#include "engine/prompt.h"
#include "engine/reply.h"
#include "engine/saved_session.h"
#include "engine/shared_image.h"
#include "engine/speculation.h"
#include "engine/stopwatch.h"
#include "engine/token_list.h"
#include "engine/write_prompt.h"
#include "profile/profiler.h"

namespace edgevlm {
namespace {

// Restored images need not be encoded when their files are shown again.
void KeepImages(const Model& model, std::span<const Message> messages,
                const std::shared_ptr<const EncodedImage>& set) {
  if (model.images == nullptr) return;
  const auto keep = [&model](const std::shared_ptr<const EncodedImage>& image) {
    if (image != nullptr && !image->content.empty()) model.images->Put(image->content, image);
  };
  keep(set);
  for (const Message& message : messages) {
    for (const Part& part : message.parts) keep(part.image);
  }
}

}  // namespace

struct Session::State {
  State(const Model& loaded, const SessionOptions& options)
      : model(loaded),
        is_cancelled(options.is_cancelled),
        sequence(*loaded.decoder, loaded.info.context_tokens, loaded.cache),
        batch_decoder(MakeBatchDecoder(loaded)),
        logits_row(static_cast<std::size_t>(loaded.info.vocabulary_tokens)) {
    if (options.profile) profiler.emplace();
    if (batch_decoder.drafter() != nullptr) {
      speculation.emplace(*batch_decoder.drafter(), loaded.info.context_tokens);
    }
  }

  Profiler* profiler_or_null() { return profiler ? &*profiler : nullptr; }
  ThreadGroups thread_groups() { return model.DecoderThreadGroups(profiler_or_null()); }
  View<float> logits() { return {logits_row.data(), 1, static_cast<int>(logits_row.size())}; }

  void Forget() {
    sequence.TruncateTo(0);
    held = Prompt();
    evaluating = false;
  }

  MaybeError TakeImage(Result<EncodedImage> encoded) {
    if (!encoded) return encoded.error();
    image = std::make_shared<const EncodedImage>(*std::move(encoded));
    image_timings = image->timings;
    return std::nullopt;
  }

  MaybeError TakeImage(Result<SharedImage> shared) {
    if (!shared) return shared.error();
    image = std::move(shared->image);
    image_timings = shared->timings;
    return std::nullopt;
  }

  Result<Reply> AboutImage(std::string_view question, const DecodeOptions& options,
                           const OnText& on_text);
  Result<Reply> Answer(std::span<const Message> messages, const DecodeOptions& options,
                       const OnText& on_text);
  void Relieve();
  // Not moved: what sessions share is held as was asked for.
  bool HasWantedCache() const { return sequence.cache().shape().options == model.cache; }
  Reply Speak(const Prompt& prompt, const DecodeOptions& options, const OnText& on_text);
  void Step(Generation& generation);
  int Reuse(const Prompt& prompt);
  MaybeError CheckImages(std::span<const Message> messages) const;
  MaybeError CheckSaved(const SavedSession& saved) const;
  void SharePrefix(const Prompt& prompt);

  const Model& model;
  const std::function<bool()> is_cancelled;  // may be empty
  Sequence sequence;
  BatchDecoder batch_decoder;
  std::optional<Speculation> speculation;  // where the stepper drafts
  Prompt held;                             // what the sequence holds, unless evaluating
  std::vector<float> logits_row;           // [V]
  std::optional<Profiler> profiler;
  std::shared_ptr<const EncodedImage> image;
  Timings image_timings;    // not yet told in a reply
  bool evaluating = false;  // the sequence holds what Evaluate added
};

// Under memory pressure the cache moves to a stronger policy with what it holds; back to a weaker
// one it goes when it holds nothing.
void Session::State::Relieve() {
  const CacheOptions now = sequence.cache().shape().options;
  const CacheOptions better = model.pressure_monitor->CacheFor(model.cache);
  if (now == better) return;
  if (IsAtLeast(better, now) || sequence.positions() == 0) sequence.MoveTo(better);
}

// Lets the sequence hold the first rows of the prompt, as many as have been read here or by another
// session, and nothing else. Returns how many. The last row is always computed anew: its logits are
// needed.
int Session::State::Reuse(const Prompt& prompt) {
  if (evaluating) Forget();
  const int most = prompt.rows() - 1;
  int reused = sequence.cache().ExactCut(std::min(CommonRows(held, prompt), most));
  if (model.prompts != nullptr && HasWantedCache()) {
    reused = model.prompts->CopyInto(prompt, reused, most, sequence.cache());
  }
  sequence.TruncateTo(reused);
  held = prompt;
  held.TruncateTo(reused);
  return reused;
}

void Session::State::SharePrefix(const Prompt& prompt) {
  if (model.prompts == nullptr || !HasWantedCache()) return;
  Prompt prefix = prompt;
  prefix.TruncateTo(prompt.PrefixRows());
  model.prompts->Put(prefix, sequence.cache());
}

void Session::State::Step(Generation& generation) {
  if (is_cancelled && is_cancelled()) return generation.Cancel();
  Generation* const generations[] = {&generation};
  batch_decoder.Step(generations, Batch::kChunkRows, thread_groups());
}

// Reads what the sequence does not hold of the prompt, and replies.
Reply Session::State::Speak(const Prompt& prompt, const DecodeOptions& options,
                            const OnText& on_text) {
  Reply reply;
  reply.prompt_tokens = prompt.rows();
  Stopwatch watch;
  reply.reused_tokens = Reuse(prompt);
  Relieve();
  DecodeOptions with_stops = options;
  const auto stops = model.style->stops();
  with_stops.stop.insert(with_stops.stop.end(), stops.begin(), stops.end());
  if (speculation) speculation->Begin(prompt.Tokens());
  Generation generation(sequence, prompt.InputsFrom(reply.reused_tokens),
                        {.tokenizer = model.tokenizer,
                         .ends = model.tokenizer.ends(),
                         .goes_on = prompt.ends_in_reply()},
                        with_stops, on_text, speculation ? &*speculation : nullptr);
  while (generation.reading()) Step(generation);
  reply.timings.prefill_ms = watch.Lap();
  if (generation.prompt_rows() == 0) SharePrefix(prompt);
  while (!generation.finished()) Step(generation);
  GenerationResult result = generation.Finish();
  reply.timings.generate_ms = watch.Lap();
  reply.timings.total_ms = watch.Milliseconds();
  held = prompt;
  held.Add(result.tokens);
  held.TruncateTo(sequence.positions());  // the last token chosen is not in the sequence
  Describe(std::move(result), sequence, model, reply);
  return reply;
}

Result<Reply> Session::State::Answer(std::span<const Message> messages,
                                     const DecodeOptions& options, const OnText& on_text) {
  if (auto error = Validate(options)) return *error;
  const Result<Prompt> prompt = WritePrompt(model, messages);
  if (!prompt) return prompt.error();
  return Speak(*prompt, options, on_text);
}

Result<Reply> Session::State::AboutImage(std::string_view question, const DecodeOptions& options,
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

MaybeError Session::State::CheckImages(std::span<const Message> messages) const {
  for (const Message& message : messages) {
    for (const Part& part : message.parts) {
      if (part.image == nullptr) continue;
      if (auto error = CheckImage(model, *part.image)) return error;
    }
  }
  return std::nullopt;
}

// Whether what is sound by itself fits the model.
MaybeError Session::State::CheckSaved(const SavedSession& saved) const {
  if (saved.identity != model.identity) {
    return Error{ErrorCode::kInvalid,
                 "session: expected one of this model with these options (mmproj, precision, tome, "
                 "keep-tokens, image-max-tokens), found one of others"};
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
    : state_(std::make_unique<State>(engine.state_->model, options)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

MaybeError Session::SetImage(std::span<const std::byte> file) {
  return state_->TakeImage(
      ShareImage(state_->model, file, {.profiler = state_->profiler_or_null()}));
}

MaybeError Session::SetImage(const PixelsView& pixels) {
  return state_->TakeImage(EncodePixels(state_->model, pixels, state_->profiler_or_null()));
}

MaybeError Session::SetImage(const EncodedImage& image) {
  if (auto error = CheckImage(state_->model, image)) return error;
  return state_->TakeImage(image);
}

MaybeError Session::SetImage(std::shared_ptr<const EncodedImage> image) {
  CHECK(image != nullptr);
  if (auto error = CheckImage(state_->model, *image)) return error;
  return state_->TakeImage(SharedImage{std::move(image), {}});
}

Result<Reply> Session::Caption(const DecodeOptions& options, const OnText& on_text) {
  return state_->AboutImage({}, options, on_text);
}

Result<Reply> Session::Ask(std::string_view question, const DecodeOptions& options,
                           const OnText& on_text) {
  if (question.empty()) {
    return Error{ErrorCode::kInvalid, "question: expected some text, found none"};
  }
  return state_->AboutImage(question, options, on_text);
}

Result<Reply> Session::Chat(std::span<const Message> messages, const DecodeOptions& options,
                            const OnText& on_text) {
  if (auto error = state_->CheckImages(messages)) return *error;
  return state_->Answer(messages, options, on_text);
}

Result<std::span<const float>> Session::Evaluate(std::span<const int> tokens) {
  State& state = *state_;
  if (!state.evaluating) state.Forget();
  const Result<TokenList> list =
      CutAtImage(state.model, tokens, state.image.get(), state.sequence.room());
  if (!list) return list.error();
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
  KeepImages(state.model, saved->messages, state.image);
  return std::move(saved->messages);
}

std::string Session::ProfileTable() const {
  return state_->profiler ? state_->profiler->Table() : "";
}

std::string Session::ProfileTrace() const {
  return state_->profiler ? state_->profiler->Trace() : "";
}

}  // namespace edgevlm
