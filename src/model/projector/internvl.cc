#include "model/projector/internvl.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gguf/names.h"
#include "model/layers.h"
#include "model/patch_grid.h"
#include "model/projector/pixel_shuffle.h"
#include "model/projector/projector_weights.h"
#include "model/projector/run_mlp.h"

namespace edgevlm {
namespace {

constexpr int kMaxTiles = 64;
constexpr int kUsualMaxTiles = 12;
constexpr float kNormEpsilon = 1e-5f;  // PyTorch's; files do not store it

struct InternVlWeights {
  int side = 0;       // patches of the vision encoder
  int scale = 1;      // s: s x s patches become one row
  int tile = 0;       // pixels, the side of a tile
  int min_tiles = 1;  // cut out of an image, without the whole image
  int max_tiles = 1;
  Norm norm;      // [E * s * s]
  Linear first;   // [D, E * s * s]
  Linear second;  // [D, D]
};

class InternVl final : public Projector {
 public:
  explicit InternVl(InternVlWeights weights) : weights_(std::move(weights)) {}

  int inputs() const override {
    return weights_.first.weight.inputs() / (weights_.scale * weights_.scale);
  }
  int outputs() const override { return weights_.second.weight.outputs(); }
  int patches() const override { return weights_.side * weights_.side; }
  int Tokens(int patches) const override { return patches / (weights_.scale * weights_.scale); }
  const VideoForm& video_form() const override { return kInternVlVideo; }

  // One pair of marks around all tiles.
  ImageLayout Layout(ImageSize image, const ImageLimits& limits) const override {
    int max_tiles = weights_.max_tiles;
    if (limits.max_tokens > 0) {
      max_tiles = std::min(max_tiles, limits.max_tokens / Tokens(patches()) - 1);
    }
    ImageLayout layout;
    layout.grid = NearestTiles(image, weights_.tile, weights_.min_tiles, max_tiles);
    for (int tile = 0; tile < layout.grid.tiles(); ++tile) {
      layout.pieces.push_back({.text = tile == 0 ? "<img>" : "", .tile = tile});
    }
    layout.pieces.push_back({.text = "</img>\n", .tile = -1});
    return layout;
  }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const View<float> wide = workspace.Alloc(embeddings.rows, weights_.first.weight.inputs());
    PixelShuffle(features, weights_.side, weights_.scale, wide, run);  // [n * P / s^2, E * s^2]
    weights_.norm.Apply(wide, wide, run);
    RunMlp(weights_.first, weights_.second, wide, embeddings, workspace, run);
  }

 private:
  InternVlWeights weights_;
};

int ReadMaxTiles(WeightReader& reader) {
  if (!reader.file().HasKey(keys::kPreprocMaxTiles)) return kUsualMaxTiles;
  return reader.Int(keys::kPreprocMaxTiles, 1, kMaxTiles);
}

int ReadMinTiles(WeightReader& reader) {
  if (!reader.file().HasKey(keys::kPreprocMinTiles)) return 1;
  return reader.Int(keys::kPreprocMinTiles, 1, ReadMaxTiles(reader));
}

// Images are stretched to whole tiles, and the thumbnail to one; all tiles may lie in one row.
void StretchToTiles(WeightReader& reader, Preprocessing& preprocessing) {
  preprocessing.fit = Fit::kStretch;
  preprocessing.filter = Filter::kBicubic;
  preprocessing.longest_edge = ReadMaxTiles(reader) * preprocessing.size;
  preprocessing.tile_resize = TileResize::kDirect;
}

Result<std::unique_ptr<Projector>> LoadInternVl(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  InternVlWeights weights;
  const int width = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  weights.scale = reader.Int(keys::kProjectorScaleFactor, 1, ModelLimits::kImageSize);
  weights.side = ReadSideDividedBy(reader, weights.scale, keys::kProjectorScaleFactor);
  weights.tile = ReadPatchGrid(reader).image_size;
  weights.max_tiles = ReadMaxTiles(reader);
  weights.min_tiles = ReadMinTiles(reader);
  const int inputs = ReadShuffledWidth(reader, width, weights.scale);
  const int outputs =
      reader.FirstExtent(modules::Weight(modules::kInternVlFirst), inputs, ModelLimits::kWidth);
  weights.norm = reader.ReadNorm(modules::kInternVlNorm, inputs, "multi_modal_projector.norm");
  weights.norm.epsilon = kNormEpsilon;
  weights.first = reader.ReadLinear(modules::kInternVlFirst, {outputs, inputs},
                                    "multi_modal_projector.linear_1");
  weights.second = reader.ReadLinear(modules::kInternVlSecond, {outputs, outputs},
                                     "multi_modal_projector.linear_2");
  reader.RefuseUnread("mm.", modules::kSoundProjectorTensors);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<InternVl>(std::move(weights)));
}

}  // namespace

const ProjectorFamily kInternVl = {
    .type = "internvl",
    .load = LoadInternVl,
    .vision_encoder = {.unread_blocks = 0,
                       .variant = VitVariant{.has_class_token = true, .has_layer_scale = true},
                       .prepare = StretchToTiles},
};

}  // namespace edgevlm
