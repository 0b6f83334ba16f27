#include "train/loop/grow_encoder.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/check.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kNew = -1;
// The block of the small encoder that each block grows out of.
constexpr std::array kMediumSources = {0, 1, 2, kNew, 3, 4, 5, 6, 7, 8, 9, 10, kNew, kNew};
constexpr std::array kSameSources = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

std::span<const int> SourcesOf(EncoderSize size) {
  if (size == EncoderSize::kMedium) return kMediumSources;
  return kSameSources;
}

// The first channels become those of `from`; what they read from new channels becomes zero.
void CopyChannels(const torch::Tensor& from, torch::Tensor into) {
  if (from.dim() == 0) {
    into.copy_(from);
    return;
  }
  torch::Tensor rows = into.narrow(0, 0, from.size(0));
  if (from.dim() > 1) {
    rows.zero_();
    rows = rows.narrow(1, 0, from.size(1));
  }
  rows.copy_(from);
}

void CopyChannels(const torch::nn::Module& from, torch::nn::Module& into) {
  const auto copy = [](const auto& sources, const auto& targets) {
    for (const auto& source : sources) {
      const torch::Tensor* const target = targets.find(source.key());
      CHECK(target != nullptr);
      CopyChannels(source.value(), *target);
    }
  };
  copy(from.named_parameters(), into.named_parameters());
  copy(from.named_buffers(), into.named_buffers());
}

}  // namespace

void GrowVisionEncoder(const VisionEncoder& small, EncoderSize size, VisionEncoder& into) {
  const std::span<const int> sources = SourcesOf(size);
  CHECK(small->blocks.size() == BlocksOf(EncoderSize::kSmall).size());
  CHECK(into->blocks.size() == sources.size());
  const torch::NoGradGuard no_grad;
  CopyChannels(*small->stem, *into->stem);
  CopyChannels(*small->head, *into->head);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    Bottleneck& block = into->blocks[i];
    if (sources[i] == kNew) {
      CHECK(block->residual);
      block->project->norm->weight.zero_();
      block->project->norm->bias.zero_();
    } else {
      CopyChannels(*small->blocks[static_cast<std::size_t>(sources[i])], *block);
    }
  }
}

}  // namespace edgevlm::train
