#include "decode/stream.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

// Room made for the text at once: English has four to five bytes per token.
constexpr std::size_t kBytesPerToken = 16;

// The most tokens that a reply can have.
std::size_t MostTokens(const DecodeOptions& options, int room) {
  return static_cast<std::size_t>(std::min(options.max_tokens, room + 1));
}

}  // namespace

Stream::Stream(Sequence& sequence, std::vector<Input> prompt, const TextSide& text_side,
               const DecodeOptions& options, OnText on_text)
    : sequence_(sequence),
      prompt_(std::move(prompt)),
      rest_(prompt_),
      text_side_(text_side),
      options_(options),
      on_text_(std::move(on_text)),
      sampler_(options_, text_side.tokenizer.size()),
      text_(options_.stop, kBytesPerToken * MostTokens(options_, sequence.room() - rest_.rows())) {
  CHECK(1 <= rest_.rows() && rest_.rows() <= sequence.room());
  tokens_.reserve(MostTokens(options_, sequence.room() - rest_.rows()));
}

int Stream::Put(int prompt_rows, Batch& batch) {
  CHECK(!finished());
  if (rest_.rows() == 0) {
    batch.Add(sequence_, {.tokens = std::span(tokens_).last(1)}, 1);
    return 1;
  }
  CHECK(prompt_rows > 0);
  while (rest_.rows() > 0 && prompt_rows > 0) {
    const Input next = rest_.Next(prompt_rows);
    prompt_rows -= next.rows();
    batch.Add(sequence_, next, rest_.rows() == 0 ? 1 : 0);
  }
  return rest_.rows() == 0 ? 1 : 0;
}

void Stream::Take(View<const float> logits, Profiler* profiler) {
  if (logits.rows == 0) return;
  {
    PROFILE_ZONE(profiler, "decode.choose");
    tokens_.push_back(sampler_.Choose(logits.Row(0)));
  }
  Say(tokens_.back());
}

// Shows the token's text, unless the reply ends with it.
void Stream::Say(int token) {
  if (std::ranges::binary_search(text_side_.ends, token)) return End(FinishReason::kEndOfText);
  if (!Show(text_.Add(text_side_.tokenizer.Bytes(token)))) return End(FinishReason::kCancelled);
  if (text_.stopped()) return End(FinishReason::kStopString);
  if (std::ssize(tokens_) == options_.max_tokens) return End(FinishReason::kMaxTokens);
  if (sequence_.room() == 0) return End(FinishReason::kContextFull);
}

// False when the receiver wants no more.
bool Stream::Show(std::string_view piece) const {
  return piece.empty() || !on_text_ || on_text_(piece);
}

void Stream::End(FinishReason reason) {
  if (reason != FinishReason::kCancelled && !Show(text_.Finish())) {
    reason = FinishReason::kCancelled;
  }
  finish_reason_ = reason;
}

void Stream::Cancel() {
  if (!finished()) End(FinishReason::kCancelled);
}

Generation Stream::Finish() {
  CHECK(finished());
  return {.text = std::string(text_.shown()),
          .finish_reason = *finish_reason_,
          .tokens = std::move(tokens_)};
}

}  // namespace edgevlm
