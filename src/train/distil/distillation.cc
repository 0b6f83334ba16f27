#include "train/distil/distillation.h"

#include <algorithm>
#include <vector>

#include "train/distil/distil_losses.h"

namespace edgevlm::train {
namespace {

constexpr const char* kFeatureMap = "distil_features";

// A field that all teachings have, [B, ...].
torch::Tensor OfAll(const Batch& batch, torch::Tensor Teaching::*field) {
  std::vector<torch::Tensor> parts;
  for (const auto& teaching : batch.teachings) parts.push_back((*teaching).*field);
  return torch::stack(parts);
}

// Pads the rows of several samples to the same number of tokens, and joins them.
NextTokens Joined(const std::vector<const NextTokens*>& parts) {
  std::int64_t most = 0;
  for (const NextTokens* part : parts) most = std::max(most, part->ids.size(1));
  std::vector<torch::Tensor> ids, probabilities, other;
  for (const NextTokens* part : parts) {
    const std::int64_t missing = most - part->ids.size(1);
    ids.push_back(torch::constant_pad_nd(part->ids, {0, missing}));
    probabilities.push_back(torch::constant_pad_nd(part->probabilities, {0, missing}));
    other.push_back(part->other);
  }
  return {.ids = torch::cat(ids),
          .probabilities = torch::cat(probabilities),
          .other = torch::cat(other)};
}

torch::Tensor Weighted(double weight, const torch::Tensor& loss, double& noted) {
  noted = loss.item<double>();
  return weight * loss;
}

}  // namespace

void AddFeatureMap(Vlm& model, int width) {
  model->register_module(kFeatureMap, torch::nn::Linear(model->shape.features, width));
}

bool IsFeatureMap(std::string_view name) { return name.starts_with(kFeatureMap); }

torch::Tensor FeatureDistillation(Vlm& model, const torch::Tensor& features, const Batch& batch,
                                  const DistilOptions& options, DistilLosses& losses) {
  torch::Tensor sum = torch::zeros({});
  const torch::Tensor cells = features.flatten(1, 2);  // [B, P, E]
  if (options.features > 0) {
    auto* const map = model->named_children()[kFeatureMap]->as<torch::nn::Linear>();
    const torch::Tensor wanted = OfAll(batch, &Teaching::features).flatten(0, 1);
    const auto measure = options.features_mse ? FeatureMeasure::kMse : FeatureMeasure::kCosine;
    sum = sum + Weighted(options.features,
                         FeatureLoss(map->forward(cells.flatten(0, 1)), wanted, measure),
                         losses.features);
  }
  if (options.relations > 0) {
    sum = sum + Weighted(options.relations,
                         RelationLoss(cells.mean(1), OfAll(batch, &Teaching::mean)),
                         losses.relations);
  }
  return sum;
}

torch::Tensor ReplyDistillation(Decoder& decoder, const torch::Tensor& hidden, const Batch& batch,
                                const DistilOptions& options, DistilLosses& losses) {
  if (options.logits <= 0) return torch::zeros({});
  const std::int64_t slots = batch.ids.size(1) * batch.ids.size(2);
  std::vector<torch::Tensor> at;
  std::vector<const NextTokens*> parts;
  for (std::size_t i = 0; i < batch.teachings.size(); ++i) {
    const Teaching& teaching = *batch.teachings[i];
    if (teaching.replies.rows() == 0) continue;
    at.push_back(teaching.slots + static_cast<std::int64_t>(i) * slots);
    parts.push_back(&teaching.replies);
  }
  if (parts.empty()) return torch::zeros({});
  const torch::Tensor logits = decoder->Logits(hidden.index_select(0, torch::cat(at)));
  return Weighted(options.logits, NextTokenLoss(logits, Joined(parts), options.temperature),
                  losses.logits);
}

torch::Tensor ImageTokenDistillation(Decoder& decoder, const torch::Tensor& cells,
                                     const Batch& batch, const DistilOptions& options,
                                     DistilLosses& losses) {
  torch::Tensor sum = torch::zeros({});
  const torch::Tensor logits = decoder->Logits(cells);  // [B*P, V]
  if (options.visual_logits > 0) {
    std::vector<const NextTokens*> parts;
    for (const auto& teaching : batch.teachings) parts.push_back(&teaching->visual);
    sum = sum + Weighted(options.visual_logits,
                         NextTokenLoss(logits, Joined(parts), options.temperature),
                         losses.visual_logits);
  }
  if (options.visual_relations > 0) {
    const torch::Tensor relations = OfAll(batch, &Teaching::relations);
    sum = sum + Weighted(options.visual_relations,
                         VisualRelationLoss(logits.view({relations.size(0), relations.size(1), -1}),
                                            relations),
                         losses.visual_relations);
  }
  return sum;
}

}  // namespace edgevlm::train
