// Generation: the state of one reply, from the first row of its prompt to its last character.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decode/batch.h"
#include "decode/grammar/token_filter.h"
#include "decode/reply_text.h"
#include "decode/sampler.h"
#include "decode/shown_tokens.h"
#include "decode/speculate/speculation.h"
#include "edgevlm/decode_options.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// What a generation needs of a model besides its decoder.
struct TextSide {
  const Tokenizer& tokenizer;
  std::span<const int> ends;  // end tokens of the model, increasing
  bool continues = false;     // the prompt ends in text that the reply continues
};

struct GenerationResult {
  std::string text;  // all that was emitted
  FinishReason finish_reason = FinishReason::kEndOfText;
  std::vector<int> tokens;                 // chosen, including the end token
  int early_tokens = 0;                    // of them, from an early exit
  long long blocks = 0;                    // total that the chosen tokens' rows went through
  int drafted_tokens = 0;                  // proposed by speculation
  int accepted_tokens = 0;                 // of those, accepted
  std::optional<std::uint64_t> seed = {};  // of the draws; none: greedy
  // Of all chosen tokens together, in nats; none without DecodeOptions::with_probability.
  std::optional<double> log_probability = {};
  // As Generation::choices().
  std::vector<TokenChoice> choices = {};
};

// Prefill comes first: a step adds a part of the prompt to the sequence. Then the reply is
// generated: a step adds the token chosen last and chooses another, whose text is emitted at once.
// A generation finishes with an end token, options.max_tokens, a stop string, a full context, or
// when on_text or Cancel stops it. The last token chosen is not added to the sequence.
// Threads: one at a time; on_text is called on the stepping thread. Nothing is allocated per token,
// except for choices().
class Generation {
 public:
  // sequence: holds the prefix that the prompt shares with an earlier one, or nothing.
  // prompt: the rows to prefill, T of them; its values must stay until then.
  // speculation: of the BatchDecoder's drafter, started with the whole prompt; null: none.
  // REQUIRES: 1 <= T <= sequence.remaining(), !Validate(options). The sequence must outlive the
  // generation and have no other user until it is finished.
  Generation(Sequence& sequence, std::vector<Input> prompt, const TextSide& text_side,
             const DecodeOptions& options, OnText on_text, Speculation* speculation = nullptr);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  bool reading() const { return !finished() && rest_.rows() > 0; }
  bool finished() const { return finish_reason_.has_value(); }
  int unread_rows() const { return rest_.rows(); }                         // of the prompt
  int tokens() const { return static_cast<int>(tokens_.size()); }          // chosen
  int max_tokens() const { return static_cast<int>(tokens_.capacity()); }  // of the reply
  // How the tokens were chosen, without the end token; with DecodeOptions::alternatives only.
  std::span<const TokenChoice> choices() const { return choices_; }

  // Between steps: whether the next token would make the sequence longer than the rotary angles of
  // its rows are meant for (DecoderShape::short_context).
  bool must_start_over() const {
    return !finished() && !reading() && sequence_.RowsUntilLong() < 1;
  }
  // Computes the sequence again, from its first row on, with the angles of long sequences, and goes
  // on: the following steps add the prompt and the tokens chosen so far. prompt: all of its rows;
  // its values must stay until then. REQUIRES: must_start_over().
  void StartOver(std::vector<Input> prompt);

  // Between steps: finishes the generation; the sequence keeps what was added to it.
  void Cancel();

  // The result. REQUIRES: finished(). Call once.
  GenerationResult MoveResult();

  // For speculation: how many tokens a draft may have, and the request for it. The draft is part of
  // the next step.
  int draft_capacity() const;
  Speculation* speculation() const { return speculation_; }
  DraftRequest RequestDraft(int max_tokens) {
    return speculation_->Request(max_tokens, sequence_, sampler_);
  }

  // The two halves of a step, for BatchDecoder. AddRows adds this generation's rows to the batch,
  // up to `max_prompt_rows` during prefill (as InputCursor::Next counts them), and returns how many
  // rows of logits it needs. AcceptLogits receives these, [R, V], after the pass, with the number
  // of blocks that each row went through, and chooses and emits tokens. REQUIRES: !finished();
  // max_prompt_rows > 0.
  int AddRows(int max_prompt_rows, Batch& batch);
  void AcceptLogits(View<const float> logits, std::span<const int> blocks, const Run& run);

 private:
  int AddReplyRows(Batch& batch);
  bool Choose(std::span<const float> logits, int index, Profiler* profiler);
  bool ChooseFrom(std::span<const float> logits, int index);
  std::span<const float> Adjusted(std::span<const float> logits);
  void CountBlocks(int blocks);
  void Emit(int token, int remaining);
  bool Show(std::string_view piece) const;
  void End(FinishReason reason);

  Sequence& sequence_;
  std::vector<Input> prompt_;  // and, after StartOver, the tokens chosen before
  InputCursor rest_;           // of the prompt
  bool is_prompt_ended_ = false;
  const TextSide text_side_;
  const DecodeOptions options_;
  const OnText on_text_;
  Speculation* const speculation_;
  const ShownTokens shown_tokens_;
  std::optional<TokenFilter> filter_;  // of replies that have a grammar
  std::vector<float> adjusted_;        // [V] logits
  Sampler sampler_;
  ReplyText text_;
  std::vector<int> tokens_;  // chosen
  std::vector<TokenChoice> choices_;
  std::vector<int> inputs_;  // of this step: the token chosen last, and the draft
  int early_tokens_ = 0;
  long long blocks_ = 0;
  double log_probability_ = 0;  // of the chosen tokens, if options_.with_probability
  std::optional<FinishReason> finish_reason_;
};

}  // namespace edgevlm
