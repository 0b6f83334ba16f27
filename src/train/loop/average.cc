#include "train/loop/average.h"

#include <filesystem>
#include <vector>

#include "train/loop/checkpoint.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

// into = (1 - weight) into + weight from, for floating-point tensors; others are unchanged.
void Blend(const std::vector<torch::Tensor>& into, const std::vector<torch::Tensor>& from,
           double weight) {
  CHECK(into.size() == from.size());
  for (std::size_t i = 0; i < into.size(); ++i) {
    if (into[i].is_floating_point()) into[i].lerp_(from[i], weight);
  }
}

}  // namespace

MaybeError Average(const AverageOptions& options) {
  if (!(options.weight >= 0 && options.weight <= 1)) {
    return Error{ErrorCode::kInvalid,
                 "--share: expected from 0 to 1, found " + std::to_string(options.weight)};
  }
  const Result<Run> run = LoadRun(options.second);
  if (!run) return run.error();
  Vlm first(run->shape), second(run->shape);
  if (auto error = LoadModel(options.first, first)) return error;
  if (auto error = LoadModel(options.second, second)) return error;
  const torch::NoGradGuard no_grad;
  Blend(first->parameters(), second->parameters(), options.weight);
  Blend(first->buffers(), second->buffers(), options.weight);
  std::error_code failure;
  std::filesystem::create_directories(options.out, failure);
  if (failure) return Error{ErrorCode::kIo, options.out + ": " + failure.message()};
  if (auto error = SaveModel(options.out, first)) return error;
  return SaveRun(options.out, run->shape, run->vocabulary);
}

}  // namespace edgevlm::train
