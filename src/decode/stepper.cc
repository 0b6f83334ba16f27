#include "decode/stepper.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

// Every so many steps nothing is drafted, to see what a plain one costs.
constexpr int kPlainEvery = 128;

}  // namespace

Stepper::Stepper(const Decoder& decoder, std::unique_ptr<Drafter> drafter, int draft_tokens)
    : batch_(decoder), drafter_(std::move(drafter)), draft_tokens_(draft_tokens) {
  CHECK(0 <= draft_tokens && draft_tokens <= Draft::kMostTokens);
}

void Stepper::Step(std::span<Stream* const> streams, int prompt_rows, const Teams& teams) {
  CHECK(prompt_rows > 0 && batch_.rows() == 0);
  if (drafter_ != nullptr) Propose(streams, prompt_rows, teams);
  const int prompts = Gather(streams, prompt_rows);
  if (shares_.empty()) return;
  const PassTimer timer(CostsOfStep(prompts), batch_.rows());
  const Run& run = teams.For(batch_.rows());
  const View<float> logits = LogitsOf(batch_.logits_rows());  // [R, V]
  batch_.Forward(logits, run);
  if (run.IsOver()) return;  // nobody hears of it
  int row = 0;
  for (const Share& share : shares_) {
    const auto blocks = batch_.blocks().subspan(static_cast<std::size_t>(row),
                                                static_cast<std::size_t>(share.logits_rows));
    share.stream->Take(logits.Rows(row, share.logits_rows), blocks, run);
    row += share.logits_rows;
  }
}

// Fills the batch; returns how many of its rows are of prompts.
int Stepper::Gather(std::span<Stream* const> streams, int prompt_rows) {
  shares_.clear();
  int rest = prompt_rows;
  for (Stream* const stream : streams) {
    if (stream->finished() || (stream->reading() && rest == 0)) continue;
    const int before = stream->prompt_rows();
    const int logits_rows = stream->Put(rest, batch_);
    rest -= before - stream->prompt_rows();
    shares_.push_back({stream, logits_rows});
  }
  return prompt_rows - rest;
}

// What this step teaches: of mixed ones it is hard to say.
PassCosts* Stepper::CostsOfStep(int prompt_rows) {
  if (drafter_ == nullptr || prompt_rows > 0) return nullptr;
  if (batch_.begun_rows() == 0) return &whole_costs_;
  return batch_.begun_rows() == batch_.rows() ? &finishing_costs_ : nullptr;
}

void Stepper::Propose(std::span<Stream* const> streams, int prompt_rows, const Teams& teams) {
  Plan(streams, prompt_rows);
  requests_.clear();
  for (std::size_t i = 0; i < drafting_.size(); ++i) {
    if (wishes_[i].planned == 0) continue;
    requests_.push_back(drafting_[i]->RequestDraft(wishes_[i].planned));
  }
  if (requests_.empty()) return;
  PROFILE_ZONE(teams.few.profiler, "decode.draft");
  drafter_->Propose(requests_, teams);
}

// Who gets a draft of how many tokens.
void Stepper::Plan(std::span<Stream* const> streams, int prompt_rows) {
  drafting_.clear();
  wishes_.clear();
  int others = 0;
  int unread = 0;
  for (Stream* const stream : streams) {
    unread += stream->prompt_rows();
    const int most = stream->draft_room();
    if (most > 0) {
      drafting_.push_back(stream);
      wishes_.push_back({.chance = stream->speculation()->chance(), .most = most});
    } else if (!stream->finished() && !stream->reading()) {
      ++others;
    }
  }
  if (draft_tokens_ > 0) {
    for (DraftWish& wish : wishes_) wish.planned = std::min(wish.most, draft_tokens_);
    return;
  }
  if (drafting_.empty() || ++steps_ % kPlainEvery == 0) return;
  PlanDrafts(wishes_, others + std::min(unread, prompt_rows),
             {.whole = whole_costs_,
              .drafting = drafter_->costs(),
              .finishing = drafter_->begins_rows() ? &finishing_costs_ : nullptr});
}

View<float> Stepper::LogitsOf(int rows) {
  const int vocabulary = batch_.decoder().shape().vocabulary;
  const auto values = static_cast<std::size_t>(rows) * static_cast<std::size_t>(vocabulary);
  if (logits_.size() < values) logits_.resize(values);
  return {logits_.data(), rows, vocabulary};
}

}  // namespace edgevlm
