#include "decode/generate.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "decode/reply_text.h"
#include "decode/sampler.h"

namespace edgevlm {
namespace {

// Room made for the text at once: English has four to five bytes per token.
constexpr std::size_t kBytesPerToken = 16;

// Shows a piece of text; false when the receiver wants no more.
bool Show(std::string_view piece, const OnText& on_text) {
  return piece.empty() || !on_text || on_text(piece);
}

class Loop {
 public:
  Loop(Sequence& sequence, const TextSide& text_side, const DecodeOptions& options,
       const OnText& on_text, int vocabulary)
      : sequence_(sequence),
        text_side_(text_side),
        options_(options),
        on_text_(on_text),
        sampler_(options, vocabulary),
        text_(options.stop, kBytesPerToken * static_cast<std::size_t>(std::min(
                                                 options.max_tokens, sequence.room() + 1))) {
    tokens_.reserve(static_cast<std::size_t>(std::min(options.max_tokens, sequence.room() + 1)));
  }

  Generation Go(View<float> logits, const Run& run) {
    std::optional<FinishReason> reason;
    while (!reason) {
      const int token = Choose(logits, run);
      reason = Take(token);
      if (reason) break;
      const Input input = {.tokens = {&token, 1}};
      sequence_.Add({&input, 1}, logits, run);
    }
    return Finish(*reason);
  }

 private:
  int Choose(View<const float> logits, const Run& run) {
    PROFILE_ZONE(run.profiler, "decode.choose");
    return tokens_.emplace_back(sampler_.Choose(logits.Row(0)));
  }

  // Shows the token's text; says whether the reply ends with it.
  std::optional<FinishReason> Take(int token) {
    if (std::ranges::binary_search(text_side_.ends, token)) return FinishReason::kEndOfText;
    if (!Show(text_.Add(text_side_.tokenizer.Bytes(token)), on_text_)) {
      return FinishReason::kCancelled;
    }
    if (text_.stopped()) return FinishReason::kStopString;
    if (std::ssize(tokens_) == options_.max_tokens) return FinishReason::kMaxTokens;
    if (sequence_.room() == 0) return FinishReason::kContextFull;
    return std::nullopt;
  }

  Generation Finish(FinishReason reason) {
    if (reason != FinishReason::kCancelled && !Show(text_.Finish(), on_text_)) {
      reason = FinishReason::kCancelled;
    }
    return {
        .text = std::string(text_.shown()), .finish_reason = reason, .tokens = std::move(tokens_)};
  }

  Sequence& sequence_;
  const TextSide& text_side_;
  const DecodeOptions& options_;
  const OnText& on_text_;
  Sampler sampler_;
  ReplyText text_;
  std::vector<int> tokens_;  // chosen
};

}  // namespace

Generation Generate(Sequence& sequence, View<float> logits, const TextSide& text_side,
                    const DecodeOptions& options, const OnText& on_text, const Run& run) {
  return Loop(sequence, text_side, options, on_text, logits.cols).Go(logits, run);
}

}  // namespace edgevlm
