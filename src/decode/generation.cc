#include "decode/generation.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "base/check.h"
#include "decode/log_probability.h"

namespace edgevlm {
namespace {

// Bytes per token reserved for the text: English has four to five.
constexpr std::size_t kBytesPerToken = 16;
// The logit of tokens that the request does not want. Those that the grammar forbids are below it,
// so that a reply matches its grammar even if nothing that it wants does.
constexpr float kUnwanted = -1e30f;

// The maximum number of tokens of a reply.
std::size_t MaxTokens(const DecodeOptions& options, int remaining) {
  return static_cast<std::size_t>(std::min(options.max_tokens, remaining + 1));
}

}  // namespace

Generation::Generation(Sequence& sequence, std::vector<Input> prompt, const TextSide& text_side,
                       const DecodeOptions& options, OnText on_text, Speculation* speculation)
    : sequence_(sequence),
      prompt_(std::move(prompt)),
      rest_(prompt_),
      text_side_(text_side),
      options_(options),
      on_text_(std::move(on_text)),
      speculation_(speculation),
      shown_tokens_(text_side.tokenizer, options_.shown_tokens),
      sampler_(options_, text_side.tokenizer.size()),
      text_(options_.stop,
            kBytesPerToken * MaxTokens(options_, sequence.remaining() - rest_.rows()),
            text_side.continues) {
  CHECK(1 <= rest_.rows() && rest_.rows() <= sequence.remaining());
  tokens_.reserve(MaxTokens(options_, sequence.remaining() - rest_.rows()));
  if (options_.grammar != nullptr) {
    filter_.emplace(options_.grammar, text_side.tokenizer, text_side.ends, shown_tokens_);
  }
  inputs_.reserve(Draft::kMaxTokens + 1);
}

// A draft is followed by one more token. Verification adds rows to the sequence that may be
// rejected, so the cache must be able to truncate them.
int Generation::draft_capacity() const {
  if (speculation_ == nullptr || finished() || reading()) return 0;
  const int max_tokens =
      std::min({sequence_.cache().Remaining() - 1, options_.max_tokens - tokens() - 1,
                sequence_.RowsUntilLong() - 1});
  return std::clamp(max_tokens, 0, Draft::kMaxTokens);
}

void Generation::StartOver(std::vector<Input> prompt) {
  CHECK(must_start_over());
  prompt_ = std::move(prompt);
  prompt_.push_back({.tokens = tokens_});  // whose memory is reserved: they stay where they are
  rest_ = InputCursor(prompt_);
  is_prompt_ended_ = false;
  sequence_.TruncateTo(0);
  sequence_.ExpectRows(rest_.rows());
}

int Generation::AddRows(int max_prompt_rows, Batch& batch) {
  CHECK(!finished());
  if (rest_.rows() == 0) return AddReplyRows(batch);
  CHECK(max_prompt_rows > 0);
  int capacity = max_prompt_rows;
  while (rest_.rows() > 0 && capacity > 0) {
    const Input next = rest_.Next(capacity);
    capacity -= next.rows();
    batch.Add(sequence_, next, rest_.rows() == 0 ? 1 : 0);
  }
  return rest_.rows() == 0 ? 1 : 0;
}

// The token chosen last and the draft; or the rows that its drafter computed for them.
int Generation::AddReplyRows(Batch& batch) {
  inputs_.assign(1, tokens_.back());
  if (speculation_ != nullptr) {
    const Draft& draft = speculation_->draft();
    if (draft.partial.rows > 0) {
      batch.AddPartial(sequence_, draft.partial, draft.partial_blocks, draft.partial.rows);
      return draft.partial.rows;
    }
    inputs_.insert(inputs_.end(), draft.tokens.begin(), draft.tokens.end());
  }
  const int rows = static_cast<int>(inputs_.size());
  batch.Add(sequence_, {.tokens = inputs_}, rows, rows == 1);
  return rows;
}

// Accepts as many tokens as the draft has right, and one more if there is a row for it. The
// sequence has grown by all rows; it keeps all tokens but the last.
void Generation::AcceptLogits(View<const float> logits, std::span<const int> blocks,
                              const Run& run) {
  if (logits.rows == 0) return;
  if (!is_prompt_ended_) {
    PROFILE_ZONE(run.profiler, "cache");
    sequence_.EndPrompt(run);
  }
  is_prompt_ended_ = true;
  int chosen = 0;
  bool as_drafted = true;
  while (as_drafted && chosen < logits.rows && !finished()) {
    as_drafted = Choose(logits.Row(chosen), chosen, run.profiler);
    CountBlocks(blocks[static_cast<std::size_t>(chosen)]);
    ++chosen;
    Emit(tokens_.back(), sequence_.remaining() + logits.rows - chosen);
  }
  if (chosen < logits.rows) sequence_.TruncateTo(sequence_.positions() - (logits.rows - chosen));
  if (speculation_ == nullptr) return;
  const int accepted = as_drafted ? chosen : chosen - 1;
  speculation_->Learn(accepted, std::min(chosen, speculation_->draft().size()));
}

void Generation::CountBlocks(int blocks) {
  blocks_ += blocks;
  early_tokens_ += blocks < sequence_.cache().layers() ? 1 : 0;
}

// Chooses the next token and counts its probability. Returns as ChooseFrom.
bool Generation::Choose(std::span<const float> logits, int index, Profiler* profiler) {
  PROFILE_ZONE(profiler, "sampling");
  const bool as_drafted = ChooseFrom(Adjusted(logits), index);
  if (options_.with_probability) log_probability_ += LogProbability(logits, tokens_.back());
  if (options_.alternatives) {
    choices_.push_back(
        DescribeChoice(logits, tokens_.back(), *options_.alternatives, text_side_.tokenizer));
  }
  return as_drafted;
}

// Returns whether the chosen token equals the drafted token at this index.
bool Generation::ChooseFrom(std::span<const float> logits, int index) {
  if (speculation_ == nullptr) {
    tokens_.push_back(sampler_.Choose(logits));
    return false;
  }
  const Draft& draft = speculation_->draft();
  const bool has_one = index < draft.size();
  const int drafted = has_one ? draft.tokens[static_cast<std::size_t>(index)] : -1;
  tokens_.push_back(has_one ? sampler_.Verify(logits, drafted, draft.Probabilities(index))
                            : sampler_.Choose(logits));
  speculation_->Add(tokens_.back());
  return tokens_.back() == drafted;
}

// The logits that the token is chosen from: with the bias, and without the tokens that may not come
// next.
std::span<const float> Generation::Adjusted(std::span<const float> logits) {
  const bool may_end = !options_.ignore_end && tokens() >= options_.min_tokens;
  if (!filter_ && may_end && options_.logit_bias.empty()) return logits;
  adjusted_.assign(logits.begin(), logits.end());
  for (const TokenBias& bias : options_.logit_bias) {
    if (bias.token < 0 || bias.token >= static_cast<int>(logits.size())) continue;
    float& logit = adjusted_[static_cast<std::size_t>(bias.token)];
    logit = std::max(logit + bias.bias, kUnwanted);
  }
  if (!may_end) {
    for (const int end : text_side_.ends) adjusted_[static_cast<std::size_t>(end)] = kUnwanted;
  }
  if (!filter_) return adjusted_;
  const std::vector<bool>& allowed = filter_->Allowed();
  for (std::size_t token = 0; token < adjusted_.size(); ++token) {
    if (!allowed[token]) adjusted_[token] = -std::numeric_limits<float>::infinity();
  }
  return adjusted_;
}

// Emits the token's text, unless the reply ends with it. remaining: capacity for tokens after it.
void Generation::Emit(int token, int remaining) {
  if (std::ranges::binary_search(text_side_.ends, token)) {
    if (options_.alternatives) choices_.pop_back();
    return End(FinishReason::kEndOfText);
  }
  if (filter_) filter_->Accept(token);
  const std::string_view bytes = shown_tokens_.TextOf(text_side_.tokenizer, token);
  if (!Show(text_.Add(bytes))) return End(FinishReason::kCancelled);
  if (text_.stopped()) return End(FinishReason::kStopString);
  if (filter_ && filter_->is_complete()) return End(FinishReason::kEndOfText);
  if (std::ssize(tokens_) == options_.max_tokens) return End(FinishReason::kMaxTokens);
  if (remaining == 0) return End(FinishReason::kContextFull);
}

// False when the receiver stops the reply.
bool Generation::Show(std::string_view piece) const {
  return piece.empty() || !on_text_ || on_text_(piece);
}

void Generation::End(FinishReason reason) {
  if (reason != FinishReason::kCancelled && !Show(text_.Finish())) {
    reason = FinishReason::kCancelled;
  }
  finish_reason_ = reason;
}

void Generation::Cancel() {
  if (!finished()) End(FinishReason::kCancelled);
}

GenerationResult Generation::MoveResult() {
  CHECK(finished());
  return {
      .text = std::string(text_.shown()),
      .finish_reason = *finish_reason_,
      .tokens = std::move(tokens_),
      .early_tokens = early_tokens_,
      .blocks = blocks_,
      .drafted_tokens = speculation_ == nullptr ? 0 : speculation_->drafted(),
      .accepted_tokens = speculation_ == nullptr ? 0 : speculation_->accepted(),
      .seed = sampler_.seed(),
      .log_probability = options_.with_probability ? std::optional(log_probability_) : std::nullopt,
      .choices = std::move(choices_)};
}

}  // namespace edgevlm
