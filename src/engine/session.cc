#include <optional>
#include <utility>

#include "decode/generate.h"
#include "edgevlm/edgevlm.h"
#include "engine/encode.h"
#include "engine/model.h"
#include "engine/prompt.h"
#include "engine/stopwatch.h"
#include "profile/profiler.h"

namespace edgevlm {

struct Session::State {
  // What the sequence's cache holds.
  enum class Holds {
    kNothing,
    kImage,  // the picture at positions 0..P-1, then what was said about it
    kTokens  // what Evaluate added
  };

  State(const Model& loaded, const SessionOptions& options)
      : model(loaded),
        sequence(*loaded.decoder),
        logits_row(static_cast<std::size_t>(loaded.info.vocabulary_tokens)) {
    if (options.profile) profiler.emplace();
  }

  Profiler* profiler_or_null() { return profiler ? &*profiler : nullptr; }
  Run run() { return {.pool = *model.pool, .profiler = profiler_or_null()}; }
  View<float> logits() { return {logits_row.data(), 1, static_cast<int>(logits_row.size())}; }

  void Forget() {
    sequence.TruncateTo(0);
    holds = Holds::kNothing;
  }

  MaybeError TakeImage(Result<EncodedImage> encoded) {
    if (!encoded) return encoded.error();
    image = *std::move(encoded);
    image_timings = image->timings;
    Forget();
    return std::nullopt;
  }

  int Prefill(const std::vector<int>& prompt);
  Result<Reply> Answer(const Result<std::vector<int>>& prompt, const DecodeOptions& options,
                       const OnText& on_text);

  const Model& model;
  Sequence sequence;
  std::vector<float> logits_row;  // [V]
  std::optional<Profiler> profiler;
  std::optional<EncodedImage> image;
  Timings image_timings;  // not yet told in a reply
  Holds holds = Holds::kNothing;
};

// Puts picture and prompt into the cache; returns how many positions were there already.
int Session::State::Prefill(const std::vector<int>& prompt) {
  const int image_tokens = image->tokens;
  if (holds == Holds::kImage) {
    sequence.TruncateTo(image_tokens);
    const Input words = {.tokens = prompt};
    sequence.Add({&words, 1}, logits(), run());
    return image_tokens;
  }
  Forget();
  const Input inputs[] = {{.embeddings = EmbeddingsOf(*image)}, {.tokens = prompt}};
  sequence.Add(inputs, logits(), run());
  holds = Holds::kImage;
  return 0;
}

Result<Reply> Session::State::Answer(const Result<std::vector<int>>& prompt,
                                     const DecodeOptions& options, const OnText& on_text) {
  if (auto error = Validate(options)) return *error;
  if (!image) return Error{ErrorCode::kInvalid, "picture: expected one to be set, found none"};
  if (!prompt) return prompt.error();
  Reply reply;
  reply.prompt_tokens = image->tokens + static_cast<int>(prompt->size());
  if (reply.prompt_tokens >= model.info.context_tokens) {
    return Error{ErrorCode::kTooLarge, "prompt: expected at most " +
                                           std::to_string(model.info.context_tokens - 1) +
                                           " tokens, found " + std::to_string(reply.prompt_tokens)};
  }
  reply.timings = std::exchange(image_timings, {});
  Stopwatch watch;
  reply.reused_tokens = Prefill(*prompt);
  reply.timings.prefill_ms = watch.Lap();
  Generation generation =
      Generate(sequence, logits(), {.tokenizer = model.tokenizer, .end_token = model.control.end},
               options, on_text, run());
  reply.timings.generate_ms = watch.Lap();
  reply.timings.total_ms += watch.Milliseconds();
  reply.text = std::move(generation.text);
  reply.finish_reason = generation.finish_reason;
  reply.reply_tokens = generation.tokens;
  return reply;
}

Session::Session(const Engine& engine, const SessionOptions& options)
    : state_(std::make_unique<State>(engine.state_->model, options)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

MaybeError Session::SetImage(std::span<const std::byte> file) {
  return state_->TakeImage(EncodeFile(state_->model, file, state_->profiler_or_null()));
}

MaybeError Session::SetImage(const PixelsView& pixels) {
  return state_->TakeImage(EncodePixels(state_->model, pixels, state_->profiler_or_null()));
}

MaybeError Session::SetImage(const EncodedImage& image) {
  if (auto error = CheckImage(state_->model, image)) return error;
  return state_->TakeImage(image);
}

Result<Reply> Session::Caption(const DecodeOptions& options, const OnText& on_text) {
  return state_->Answer(CaptionPrompt(state_->model), options, on_text);
}

Result<Reply> Session::Ask(std::string_view question, const DecodeOptions& options,
                           const OnText& on_text) {
  return state_->Answer(QuestionPrompt(state_->model, question), options, on_text);
}

Result<std::span<const float>> Session::Evaluate(std::span<const int> tokens) {
  State& state = *state_;
  if (state.holds != State::Holds::kTokens) state.Forget();
  const Result<TokenList> list =
      CutAtImage(state.model, tokens, state.image ? &*state.image : nullptr, state.sequence.room());
  if (!list) return list.error();
  state.sequence.Add(list->inputs, state.logits(), state.run());
  state.holds = State::Holds::kTokens;
  return std::span<const float>(state.logits_row);
}

void Session::Reset() { state_->Forget(); }

std::string Session::ProfileTable() const {
  return state_->profiler ? state_->profiler->Table() : "";
}

std::string Session::ProfileTrace() const {
  return state_->profiler ? state_->profiler->Trace() : "";
}

}  // namespace edgevlm
