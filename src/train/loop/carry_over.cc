#include "train/loop/carry_over.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "tokenizer/tokenizer.h"
#include "train/loop/grow_decoder.h"
#include "train/loop/grow_encoder.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

void CopyEqualShapes(Vlm& from, Vlm& into) {
  const auto copy = [](const auto& sources, const auto& targets) {
    for (const auto& target : targets) {
      const torch::Tensor* source = sources.find(target.key());
      if (source != nullptr && source->sizes() == target.value().sizes()) {
        target.value().copy_(*source);
      }
    }
  };
  copy(from->named_parameters(), into->named_parameters());
  copy(from->named_buffers(), into->named_buffers());
}

// Their first outputs are those of the things, the rest is the same for all models.
void CopyGridHeads(Vlm& from, Vlm& into) {
  const int old_things = 1 + from->shape.things, things = 1 + into->shape.things;
  const auto copy = [&](const torch::Tensor& source, const torch::Tensor& target) {
    target.narrow(0, 0, old_things).copy_(source.narrow(0, 0, old_things));
    const std::int64_t rest = source.size(0) - old_things;
    target.narrow(0, things, rest).copy_(source.narrow(0, old_things, rest));
  };
  copy(from->grid_heads->weight, into->grid_heads->weight);
  copy(from->grid_heads->bias, into->grid_heads->bias);
}

// The old tokens from which a new token's embedding starts.
std::vector<std::int64_t> SourcesOf(int id, const Run& run, const Tokenizer& tokenizer,
                                    const Run& old_run, const Tokenizer& old_tokenizer) {
  const std::string& spelled = run.vocabulary.tokens[static_cast<std::size_t>(id)];
  const std::vector<std::string>& old_tokens = old_run.vocabulary.tokens;
  const auto same = std::ranges::find(old_tokens, spelled);
  if (same != old_tokens.end()) return {same - old_tokens.begin()};
  const std::string text = tokenizer.Decode({&id, 1});
  const std::vector<int> ids = old_tokenizer.Encode(ToLowerAscii(text));
  return {ids.begin(), ids.end()};
}

}  // namespace

MaybeError CarryOver(const Run& old_run, Vlm& from, const Run& run, Vlm& into) {
  const Result<Tokenizer> tokenizer = Tokenizer::Create(run.vocabulary);
  if (!tokenizer) return tokenizer.error();
  const Result<Tokenizer> old_tokenizer = Tokenizer::Create(old_run.vocabulary);
  if (!old_tokenizer) return old_tokenizer.error();
  const torch::NoGradGuard no_grad;
  CopyEqualShapes(from, into);
  if (from->shape.encoder != into->shape.encoder) {
    GrowVisionEncoder(from->vision_encoder, into->shape.encoder, into->vision_encoder);
  }
  CopyGridHeads(from, into);
  GrowDecoder(from, into);
  GrowPositions(from, into);
  const torch::Tensor old_tokens = from->decoder->token_embd->weight;
  torch::Tensor tokens = into->decoder->token_embd->weight;
  for (int id = 0; id < run.shape.decoder.vocabulary; ++id) {
    const auto sources = SourcesOf(id, run, *tokenizer, old_run, *old_tokenizer);
    if (sources.empty()) continue;
    const torch::Tensor mean = old_tokens.index_select(0, torch::tensor(sources)).mean(0);
    tokens[id].copy_(Widened(mean, tokens.size(1) / old_tokens.size(1)));
  }
  return std::nullopt;
}

}  // namespace edgevlm::train
