#include "decode/speculate/self_drafter.h"

#include <algorithm>

#include "base/check.h"
#include "decode/speculate/draw_draft.h"

namespace edgevlm {
namespace {

// The rows of a draft. The text so far is in the generation's own cache.
class SelfMemory final : public DraftMemory {
 public:
  explicit SelfMemory(int width)
      : width_(width),
        rows_(static_cast<std::size_t>(Draft::kMaxTokens) * static_cast<std::size_t>(width)) {}

  void StartReply(int) override {}

  View<float> Rows(int count) { return {rows_.data(), count, width_}; }

 private:
  int width_;
  std::vector<float> rows_;  // [Draft::kMaxTokens, D]
};

}  // namespace

SelfDrafter::SelfDrafter(const Decoder& decoder, int blocks) : decoder_(&decoder), blocks_(blocks) {
  CHECK(0 < blocks && blocks < decoder.shape().blocks);
}

std::unique_ptr<DraftMemory> SelfDrafter::MakeMemory(int) const {
  return std::make_unique<SelfMemory>(decoder_->shape().width);
}

void SelfDrafter::Propose(std::span<const DraftRequest> requests,
                          const ThreadGroups& thread_groups) {
  drafting_.assign(requests.begin(), requests.end());
  while (!drafting_.empty()) {
    DraftNext(thread_groups);
    std::erase_if(drafting_, [](const DraftRequest& request) {
      return request.draft->size() == request.max_tokens;
    });
  }
  for (const DraftRequest& request : requests) {
    auto& memory = static_cast<SelfMemory&>(*request.memory);
    request.draft->partial = memory.Rows(request.draft->size());
    request.draft->partial_blocks = blocks_;
    request.sampler->ForgetDraft();
  }
}

// The last token of each draft, or of the text, goes through the first blocks, which predict the
// next.
void SelfDrafter::DraftNext(const ThreadGroups& thread_groups) {
  const int generations = static_cast<int>(drafting_.size());
  PassTimer timer(&costs_, generations);
  const Run& run = thread_groups.For(generations);
  spans_.clear();
  for (const DraftRequest& request : drafting_) {
    const std::span<const int> drafted = request.draft->tokens;
    // The first layers of the cache grow with every pass; the very first gives the position.
    spans_.push_back({.cache = &request.sequence->cache(),
                      .first_position = request.sequence->positions(),
                      .tokens = drafted.empty() ? request.text.last(1) : drafted.last(1),
                      .rotary_shift = request.sequence->rotary_shift(),
                      .is_long = request.sequence->is_long()});
  }
  const WorkspaceScope scope(workspace_);
  const View<float> x = workspace_.Alloc(generations, decoder_->shape().width);
  decoder_->Embed(spans_, x, run);
  decoder_->RunBlocks(spans_, {0, blocks_}, x, workspace_, run);
  if (run.IsOver()) timer.Discard();
  const View<float> logits = workspace_.Alloc(generations, decoder_->shape().vocabulary);
  decoder_->WriteLogits(x, logits, workspace_, run);
  for (int i = 0; i < generations; ++i) {
    const DraftRequest& request = drafting_[static_cast<std::size_t>(i)];
    auto& memory = static_cast<SelfMemory&>(*request.memory);
    const int index = request.draft->size();
    std::ranges::copy(x.Row(i), memory.Rows(index + 1).Row(index).begin());
    DrawDraft(request, logits.Row(i));
  }
}

}  // namespace edgevlm
