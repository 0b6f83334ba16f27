#include "transcribe/text_decoder.h"

#include <algorithm>
#include <cstddef>

namespace edgevlm {
namespace {

// With the token before them, as many rows as the kernels of float32 multiply while they read a
// weight once.
constexpr int kMostDrafted = 5;

}  // namespace

TextDecoder::TextDecoder(const WhisperModel& model, const SpeechTokens& tokens, const Run& run)
    : model_(model),
      tokens_(tokens),
      run_(run),
      cross_(model.decoder->MakeCrossCache(model.encoder->sizes().positions)),
      cache_(model.decoder->cache_shape()),
      logits_(static_cast<std::size_t>(vocabulary())) {}

void TextDecoder::UseDrafter(const CrossDecoder& drafter) {
  if (drafter_) return;
  drafter_.emplace(drafter, tokens_, run_);
  logits_.resize((kMostDrafted + 1) * logits_.size());
}

void TextDecoder::ReadFeatures(View<const float> features) {
  TruncateTo(0);
  if (drafter_) drafter_->Restart();
  model_.decoder->ReadFeatures(features, cross_, workspace_, run_);
}

// A pass that was cancelled leaves parts of rows in the cache, which cannot be cut.
void TextDecoder::TruncateTo(int n) {
  if (run_.IsOver()) return;
  ahead_.clear();
  right_ = 0;
  text_.resize(static_cast<std::size_t>(n));
  cache_.TruncateTo(n);
}

std::span<float> TextDecoder::Add(std::span<const int> ids) {
  TruncateTo(length());
  if (run_.IsOver()) return Logits(0);
  Forward(ids, 1);
  text_.insert(text_.end(), ids.begin(), ids.end());
  return Logits(0);
}

std::span<float> TextDecoder::AddLast(std::span<const int> sampled) {
  if (run_.IsOver()) return Logits(0);
  text_.push_back(sampled.back());
  if (right_ < ahead_.size() && ahead_[right_] == sampled.back()) return Logits(++right_);
  DropAhead();
  const int most = PlanDraft();
  if (most > 0) {
    const auto drafted = drafter_->Propose(text_, sampled, most, cross_);
    ahead_.assign(drafted.begin(), drafted.end());
  }
  pass_.assign(1, sampled.back());
  pass_.insert(pass_.end(), ahead_.begin(), ahead_.end());
  const int rows = static_cast<int>(pass_.size());
  PassTimer timer(&costs_, rows);
  Forward(pass_, rows);
  if (run_.IsOver()) timer.Discard();
  return Logits(0);
}

void TextDecoder::DropAhead() {
  if (ahead_.empty()) {
    acceptance_.Forget();
  } else {
    acceptance_.Learn(static_cast<int>(right_), right_ < ahead_.size());
  }
  ahead_.clear();
  right_ = 0;
  cache_.TruncateTo(length() - 1);
}

void TextDecoder::Forward(std::span<const int> ids, int logits_rows) {
  const TokenSpan span = CrossDecoder::Following(cache_, ids, logits_rows, cross_);
  model_.decoder->Forward({&span, 1}, {logits_.data(), logits_rows, vocabulary()}, workspace_,
                          run_);
}

int TextDecoder::PlanDraft() const {
  if (!drafter_) return 0;
  DraftBudget budget = {.probability = acceptance_.probability(),
                        .max_tokens = std::min(kMostDrafted, capacity() - length())};
  PlanDrafts({&budget, 1}, 0, {.whole = costs_, .drafting = &drafter_->costs()});
  return budget.planned;
}

std::span<float> TextDecoder::Logits(std::size_t row) {
  const auto width = static_cast<std::size_t>(vocabulary());
  return std::span(logits_).subspan(row * width, width);
}

}  // namespace edgevlm
