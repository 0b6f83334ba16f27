// Reads the weights of the vision transformer from a file. Only vit.cc includes this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/family.h"
#include "model/layers.h"
#include "model/patch_grid.h"
#include "model/weight_reader.h"

namespace edgevlm {

struct VitBlock {
  Norm attn_norm;
  Linear attn_q;  // [E, E], like the next two
  Linear attn_k;
  Linear attn_v;
  std::string attend_zone;
  std::string merge_zone;
  Linear attn_output;  // [E, E]
  Norm mlp_norm;
  Linear mlp_up;    // [F, E]
  Linear mlp_down;  // [E, F]
};

struct VitWeights {
  PatchGrid grid;
  int heads = 1;
  Activation activation = Activation::kQuickGelu;
  Weight patches;                      // PackConv2d of [E, 3, patch_size, patch_size]
  std::vector<float> patch_bias;       // [E], or empty for none
  std::vector<float> class_embedding;  // [E], or empty for none
  bool is_class_first = false;         // its row comes before the patches, else after them
  std::vector<float> positions;        // [rows(), E]
  std::optional<Norm> pre_norm;
  std::vector<VitBlock> blocks;  // those to run
  std::optional<Norm> post_norm;
  int merged_tokens = 0;         // by each block, of every image
  bool keeps_class_row = false;  // the class token's row is the first feature
  bool gives_grid = true;  // features stand for all patches; else for the rows left after merging

  int class_rows() const { return class_embedding.empty() ? 0 : 1; }
  int rows() const { return grid.patches() + class_rows(); }  // of one image, before the blocks
  // The class token's row before the blocks, or -1.
  int class_row() const {
    if (class_rows() == 0) return -1;
    return is_class_first ? 0 : grid.patches();
  }
};

struct VitParts {
  VisionShape shape;
  VitWeights weights;
};

// Reads, checks and packs, for a projector that uses the vision encoder as `use` says.
// merged_tokens: by each block. A failure stays in the reader; the parts are then undefined.
VitParts ReadVit(WeightReader& reader, const VisionEncoderUse& use, int merged_tokens);

}  // namespace edgevlm
