// Reads the weights of a vision transformer for images of any size. Only grid_vit.cc includes this.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/family.h"
#include "model/layers.h"
#include "model/patch_grid.h"
#include "model/vision/grid_vit.h"
#include "model/weight_reader.h"

namespace edgevlm {

using AnyNorm = std::variant<Norm, RmsNormLayer>;

struct GridVitBlock {
  AnyNorm attn_norm;
  std::vector<Linear> attn_qkv;  // [E, E] each for q, k and v, or one [3 E, E]
  std::string rope_zone;
  std::string attend_zone;
  bool attends_in_windows = false;
  Linear attn_output;  // [E, E]
  AnyNorm mlp_norm;
  std::optional<Linear> mlp_gate;  // [F, E]
  Linear mlp_up;                   // [F, E]
  Linear mlp_down;                 // [E, F]
  bool gives_features = false;
};

// Position embeddings of a square of patches, which are interpolated for other grids.
struct PositionTable {
  int side = 0;               // patches
  std::vector<float> values;  // [side * side, E]
};

struct GridVitWeights {
  MergedPatches merged;
  int window = 0;  // along its side, in tokens; 0: none
  int width = 1;   // E of a block
  int heads = 1;
  Activation activation = Activation::kQuickGelu;
  Weight patches;                 // of a still image: the sum of the two below
  Weight frame_patches[2];        // PackConv2d of [E, 3, patch_size, patch_size]
  std::vector<float> patch_bias;  // [E], or empty for none
  std::optional<PositionTable> positions;
  std::vector<double> frequencies;  // [d / 2], radians per row or column
  std::vector<int> axes;            // [d / 2], of each: 0 for rows, 1 for columns
  std::vector<GridVitBlock> blocks;
  AnyNorm post_norm;

  int hidden() const { return blocks.front().mlp_up.weight.outputs(); }  // F
  int head_width() const { return width / heads; }                       // d
};

struct GridVitParts {
  VisionShape shape;
  GridVitWeights weights;
};

// A failure stays in the reader; the parts are then undefined.
GridVitParts ReadGridVit(WeightReader& reader, const GridVitTraits& traits,
                         const VisionEncoderUse& use);

}  // namespace edgevlm
