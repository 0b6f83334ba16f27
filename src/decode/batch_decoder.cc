#include "decode/batch_decoder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

// Drafting is skipped once in so many steps, to measure a plain one.
constexpr int kPlainEvery = 128;

}  // namespace

BatchDecoder::BatchDecoder(const Decoder& decoder, std::unique_ptr<Drafter> drafter,
                           int draft_tokens)
    : batch_(decoder), drafter_(std::move(drafter)), draft_tokens_(draft_tokens) {
  CHECK(0 <= draft_tokens && draft_tokens <= Draft::kMaxTokens);
}

void BatchDecoder::Step(std::span<Generation* const> generations, int max_prompt_rows,
                        const ThreadGroups& thread_groups) {
  CHECK(max_prompt_rows > 0 && batch_.rows() == 0);
  if (drafter_ != nullptr) Propose(generations, max_prompt_rows, thread_groups);
  const int prompt_rows = Gather(generations, max_prompt_rows);
  if (parts_.empty()) return;
  PassTimer timer(CostsOfStep(prompt_rows), batch_.rows());
  const Run& run = thread_groups.For(batch_.rows());
  const View<float> logits = LogitsOf(batch_.logits_rows());  // [R, V]
  {
    PROFILE_ZONE(run.profiler, prompt_rows > 0 ? "prefill" : "decode");
    batch_.Forward(logits, run);
  }
  if (run.IsOver()) return timer.Discard();  // the logits are undefined and unused
  int row = 0;
  for (const StepPart& part : parts_) {
    const auto blocks = batch_.blocks().subspan(static_cast<std::size_t>(row),
                                                static_cast<std::size_t>(part.logits_rows));
    part.generation->AcceptLogits(logits.Rows(row, part.logits_rows), blocks, run);
    row += part.logits_rows;
  }
}

// Fills the batch; returns how many of its rows are prompt rows.
int BatchDecoder::Gather(std::span<Generation* const> generations, int max_prompt_rows) {
  parts_.clear();
  int rest = max_prompt_rows;
  for (Generation* const generation : generations) {
    if (generation->finished() || (generation->reading() && rest <= 0)) continue;
    const int unread_before = generation->unread_rows();
    const int logits_rows = generation->AddRows(rest, batch_);
    rest -= unread_before - generation->unread_rows();
    parts_.push_back({generation, logits_rows});
  }
  return max_prompt_rows - rest;
}

// The costs that this step's duration updates; null for mixed steps.
PassCosts* BatchDecoder::CostsOfStep(int prompt_rows) {
  if (drafter_ == nullptr || prompt_rows > 0) return nullptr;
  if (batch_.partial_rows() == 0) return &whole_costs_;
  return batch_.partial_rows() == batch_.rows() ? &finishing_costs_ : nullptr;
}

void BatchDecoder::Propose(std::span<Generation* const> generations, int max_prompt_rows,
                           const ThreadGroups& thread_groups) {
  Plan(generations, max_prompt_rows);
  requests_.clear();
  for (std::size_t i = 0; i < drafting_.size(); ++i) {
    if (budgets_[i].planned == 0) continue;
    requests_.push_back(drafting_[i]->RequestDraft(budgets_[i].planned));
  }
  if (requests_.empty()) return;
  PROFILE_ZONE(thread_groups.decode.profiler, "draft");
  drafter_->Propose(requests_, thread_groups);
}

// Plans which generations get drafts, and of how many tokens.
void BatchDecoder::Plan(std::span<Generation* const> generations, int max_prompt_rows) {
  drafting_.clear();
  budgets_.clear();
  int others = 0;
  int unread = 0;
  for (Generation* const generation : generations) {
    unread += generation->unread_rows();
    const int max_tokens = generation->draft_capacity();
    if (max_tokens > 0) {
      drafting_.push_back(generation);
      budgets_.push_back(
          {.probability = generation->speculation()->probability(), .max_tokens = max_tokens});
    } else if (!generation->finished() && !generation->reading()) {
      ++others;
    }
  }
  if (draft_tokens_ > 0) {
    for (DraftBudget& budget : budgets_) {
      budget.planned = std::min(budget.max_tokens, draft_tokens_);
    }
    return;
  }
  if (drafting_.empty() || ++steps_ % kPlainEvery == 0) return;
  PlanDrafts(budgets_, others + std::min(unread, max_prompt_rows),
             {.whole = whole_costs_,
              .drafting = drafter_->costs(),
              .finishing = drafter_->begins_rows() ? &finishing_costs_ : nullptr});
}

View<float> BatchDecoder::LogitsOf(int rows) {
  const int vocabulary = batch_.decoder().shape().vocabulary;
  const auto values = static_cast<std::size_t>(rows) * static_cast<std::size_t>(vocabulary);
  if (logits_.size() < values) logits_.resize(values);
  return {logits_.data(), rows, vocabulary};
}

}  // namespace edgevlm
