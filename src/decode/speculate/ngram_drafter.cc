#include "decode/speculate/ngram_drafter.h"

#include <algorithm>

#include "decode/speculate/ngram_index.h"

namespace edgevlm {
namespace {

// How many contexts of earlier texts are kept.
constexpr int kContexts = 4;

class NgramMemory final : public DraftMemory {
 public:
  explicit NgramMemory(int positions)
      : index_(std::max(kContexts * positions, 4 * NgramIndex::kLongest)) {}

  // The common prefix of both texts is already in the index, except what precedes the first new
  // tokens.
  void StartReply(int kept) override {
    index_.Break();
    read_ = static_cast<std::size_t>(std::max(0, kept - (NgramIndex::kLongest - 1)));
  }

  void Read(std::span<const int> text) {
    for (; read_ < text.size(); ++read_) index_.Add(text[read_]);
  }

  const NgramIndex& index() const { return index_; }

 private:
  NgramIndex index_;
  std::size_t read_ = 0;  // tokens of the text that are indexed
};

}  // namespace

std::unique_ptr<DraftMemory> NgramDrafter::MakeMemory(int positions) const {
  return std::make_unique<NgramMemory>(positions);
}

void NgramDrafter::Propose(std::span<const DraftRequest> requests, const ThreadGroups&) {
  for (const DraftRequest& request : requests) {
    auto& memory = static_cast<NgramMemory&>(*request.memory);
    memory.Read(request.text);
    memory.index().Continue(request.max_tokens, request.draft->tokens);
  }
}

}  // namespace edgevlm
