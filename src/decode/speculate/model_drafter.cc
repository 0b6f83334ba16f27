#include "decode/speculate/model_drafter.h"

#include <algorithm>

#include "decode/speculate/draw_draft.h"

namespace edgevlm {
namespace {

class ModelMemory final : public DraftMemory {
 public:
  ModelMemory(const Decoder& decoder, int positions)
      : sequence_(decoder, std::min(positions, decoder.shape().context)) {
    held_.reserve(static_cast<std::size_t>(sequence_.remaining()));
  }

  // Not needed: Align compares the texts.
  void StartReply(int) override {}

  // Truncates the sequence to its common prefix with the text, without the last token, whose logits
  // are needed; returns the tokens to add.
  std::span<const int> Align(std::span<const int> text) {
    const auto [end, _] = std::ranges::mismatch(held_, text);
    const std::size_t common =
        std::min(static_cast<std::size_t>(end - held_.begin()), text.size() - 1);
    held_.resize(common);
    sequence_.TruncateTo(static_cast<int>(common));
    return text.subspan(common);
  }

  void Add(std::span<const int> tokens, int logits_rows, Batch& batch) {
    batch.Add(sequence_, {.tokens = tokens}, logits_rows);
    held_.insert(held_.end(), tokens.begin(), tokens.end());
  }

  int remaining() const { return sequence_.remaining(); }

 private:
  Sequence sequence_;
  std::vector<int> held_;  // by the sequence
};

}  // namespace

std::unique_ptr<DraftMemory> ModelDrafter::MakeMemory(int positions) const {
  return std::make_unique<ModelMemory>(batch_.decoder(), positions);
}

// The first pass adds each text's new tokens: a token or two, or many at the end of a prompt; texts
// that are then complete get the first token of their draft from the same pass.
void ModelDrafter::Propose(std::span<const DraftRequest> requests,
                           const ThreadGroups& thread_groups) {
  drafting_.clear();
  int prompt_rows = kPromptRows;
  for (const DraftRequest& request : requests) {
    auto& memory = static_cast<ModelMemory&>(*request.memory);
    std::span<const int> rest = memory.Align(request.text);
    // Texts longer than the smaller model's context get no drafts.
    if (static_cast<int>(rest.size()) + request.max_tokens - 1 > memory.remaining()) continue;
    const std::size_t rows = std::min(rest.size(), static_cast<std::size_t>(prompt_rows));
    if (rows == 0) continue;
    prompt_rows -= static_cast<int>(rows);
    memory.Add(rest.first(rows), rows == rest.size() ? 1 : 0, batch_);
    if (rows == rest.size()) drafting_.push_back(request);
  }
  while (batch_.rows() > 0) {
    DraftNext(thread_groups);
    std::erase_if(drafting_, [](const DraftRequest& request) {
      return request.draft->size() == request.max_tokens;
    });
    for (const DraftRequest& request : drafting_) {
      static_cast<ModelMemory&>(*request.memory)
          .Add(std::span(request.draft->tokens).last(1), 1, batch_);
    }
  }
  for (const DraftRequest& request : requests) request.sampler->ForgetDraft();
}

// One pass; each drafting generation gets a token.
void ModelDrafter::DraftNext(const ThreadGroups& thread_groups) {
  const int vocabulary = batch_.decoder().shape().vocabulary;
  const int generations = batch_.logits_rows();
  const auto values = static_cast<std::size_t>(generations) * static_cast<std::size_t>(vocabulary);
  logits_.resize(std::max(logits_.size(), values));
  const View<float> logits(logits_.data(), generations, vocabulary);
  PassTimer timer(batch_.rows() <= 2 * generations ? &costs_ : nullptr, generations);
  const Run& run = thread_groups.For(batch_.rows());
  batch_.Forward(logits, run);
  if (run.IsOver()) timer.Discard();
  for (int i = 0; i < generations; ++i) {
    DrawDraft(drafting_[static_cast<std::size_t>(i)], logits.Row(i));
  }
}

}  // namespace edgevlm
