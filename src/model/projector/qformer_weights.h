// Reads the weights of the Q-Former from a file. Only qformer.cc includes this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/layers.h"
#include "model/weight_reader.h"

namespace edgevlm {

// Attention of the queries over rows of width K: over themselves (K = H), or over the features
// (K = E).
struct QFormerAttention {
  Linear q;       // [H, H]
  Linear k;       // [H, K]
  Linear v;       // [H, K]
  Linear output;  // [H, H]
  Norm norm;      // of the residual stream behind it
  std::string attend_zone;
};

struct QFormerBlock {
  QFormerAttention self;
  std::optional<QFormerAttention> cross;  // every second block, from the first on
  Linear mlp_up;                          // [F, H]
  Linear mlp_down;                        // [H, F]
  Norm mlp_norm;
};

struct QFormerWeights {
  int feature_width = 1;  // E
  int width = 1;          // H
  int hidden = 1;         // F
  int heads = 1;
  int query_count = 1;         // Q
  std::vector<float> queries;  // [Q, H]
  Norm query_norm;
  std::vector<QFormerBlock> blocks;
  Linear output;  // [D, H]
};

// Reads, checks and packs. A failure stays in the reader; the weights are then undefined.
QFormerWeights ReadQFormer(WeightReader& reader);

}  // namespace edgevlm
