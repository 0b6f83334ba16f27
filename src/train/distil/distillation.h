// Distillation: adds the losses of a teacher to a training step.
#pragma once

#include <string_view>

#include "train/data/sample.h"
#include "train/distil/distil_options.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

// Adds to the model the linear map from its features to the teacher's, as a module of its own: it
// is trained and kept in checkpoints, but exported files do not have it. width: of the teacher's
// features.
void AddFeatureMap(Vlm& model, int width);

// Whether a module of the model, or the name of a parameter in it, is this map.
bool IsFeatureMap(std::string_view name);

// Mean losses of one batch, before their weights; for the log.
struct DistilLosses {
  double features = 0;
  double relations = 0;
  double logits = 0;
  double visual_logits = 0;
  double visual_relations = 0;
};

// Each returns the weighted sum of its losses; those whose weight is 0 are not computed. REQUIRES:
// the batch has teachings with what the losses need.

// Of the vision encoder. features [B, G, G, E]. REQUIRES: AddFeatureMap, if options.features > 0.
torch::Tensor FeatureDistillation(Vlm& model, const torch::Tensor& features, const Batch& batch,
                                  const DistilOptions& options, DistilLosses& losses);

// Of the decoder on replies. hidden [B*M*L, D]: ResidualStreams::last.
torch::Tensor ReplyDistillation(Decoder& decoder, const torch::Tensor& hidden, const Batch& batch,
                                const DistilOptions& options, DistilLosses& losses);

// Of the decoder on image tokens. cells [B*P, D]: ResidualStreams::last_cells.
torch::Tensor ImageTokenDistillation(Decoder& decoder, const torch::Tensor& cells,
                                     const Batch& batch, const DistilOptions& options,
                                     DistilLosses& losses);

}  // namespace edgevlm::train
