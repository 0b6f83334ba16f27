#include "model/projector/idefics3.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gguf/names.h"
#include "model/layers.h"
#include "model/patch_grid.h"
#include "model/projector/pixel_shuffle.h"
#include "model/projector/projector_weights.h"

namespace edgevlm {
namespace {

constexpr int kMaxTilesAcross = 8;

struct Idefics3Weights {
  int side = 0;          // patches of the vision encoder
  int scale = 1;         // s: s x s patches become one row
  int tile = 0;          // pixels, the side of a tile
  int longest_edge = 0;  // pixels, of an image before tiling
  Linear matrix;         // [D, E * s * s]
};

std::string TileText(int row, int col) {
  std::string text = col == 0 && row > 0 ? "\n" : "";
  text += "<fake_token_around_image><row_" + std::to_string(row + 1);
  return text + "_col_" + std::to_string(col + 1) + ">";
}

class Idefics3 final : public Projector {
 public:
  explicit Idefics3(Idefics3Weights weights) : weights_(std::move(weights)) {}

  int inputs() const override {
    return weights_.matrix.weight.inputs() / (weights_.scale * weights_.scale);
  }
  int outputs() const override { return weights_.matrix.weight.outputs(); }
  int patches() const override { return weights_.side * weights_.side; }
  int Tokens(int patches) const override { return patches / (weights_.scale * weights_.scale); }
  const VideoForm& video_form() const override { return kSmolVlmVideo; }

  ImageLayout Layout(ImageSize image, const ImageLimits& limits) const override {
    const int tiles =
        limits.max_tokens == 0 ? 0 : std::max(1, limits.max_tokens / Tokens(patches()));
    ImageLayout layout;
    layout.grid = ChooseTiles(image, weights_.tile, weights_.longest_edge, tiles);
    const TileGrid& grid = layout.grid;
    for (int i = 0; i < grid.rows * grid.cols; ++i) {
      layout.pieces.push_back({.text = TileText(i / grid.cols, i % grid.cols), .tile = i});
    }
    const std::string before = grid.rows > 0 ? "\n\n" : "";
    layout.pieces.push_back(
        {.text = before + "<fake_token_around_image><global-img>", .tile = grid.rows * grid.cols});
    layout.pieces.push_back({.text = "<fake_token_around_image>", .tile = -1});
    return layout;
  }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    CHECK(features.rows % patches() == 0);
    const Workspace::Mark mark = workspace.mark();
    const View<float> wide = workspace.Alloc(embeddings.rows, weights_.matrix.weight.inputs());
    PixelShuffle(features, weights_.side, weights_.scale, wide, run);  // [n * P / s^2, E * s^2]
    const View<float> quants = workspace.Alloc(wide.rows, QuantizedColumns(wide.cols));
    Inputs shuffled(wide, quants);
    weights_.matrix.Apply(shuffled, Activation::kNone, embeddings, run);  // [n * P / s^2, D]
    workspace.Rewind(mark);
  }

 private:
  Idefics3Weights weights_;
};

// Early files do not have the key; the models were trained with four tiles.
int ReadLongestEdge(WeightReader& reader, int tile) {
  constexpr int kTrainedTilesAcross = 4;
  if (!reader.file().HasKey(keys::kPreprocImageSize)) return kTrainedTilesAcross * tile;
  return reader.Int(keys::kPreprocImageSize, tile, kMaxTilesAcross * tile);
}

// Tiles are resized with a Lanczos filter; an image that fits into one is stretched to it.
void PrepareTiles(WeightReader& reader, Preprocessing& preprocessing) {
  preprocessing.fit = Fit::kStretch;
  preprocessing.filter = Filter::kLanczos3;
  preprocessing.longest_edge = ReadLongestEdge(reader, preprocessing.size);
}

Result<std::unique_ptr<Projector>> LoadIdefics3(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  Idefics3Weights weights;
  const int width = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  weights.scale = reader.Int(keys::kProjectorScaleFactor, 1, ModelLimits::kImageSize);
  weights.side = ReadSideDividedBy(reader, weights.scale, keys::kProjectorScaleFactor);
  weights.tile = ReadPatchGrid(reader).image_size;
  weights.longest_edge = ReadLongestEdge(reader, weights.tile);
  const int inputs = ReadShuffledWidth(reader, width, weights.scale);
  const int outputs = reader.FirstExtent(modules::Weight(modules::kPixelShuffleProjector), inputs,
                                         ModelLimits::kWidth);
  weights.matrix = reader.ReadLinear(modules::kPixelShuffleProjector, {outputs, inputs},
                                     "multi_modal_projector.linear", BiasRule::kOptional);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<Idefics3>(std::move(weights)));
}

}  // namespace

const ProjectorFamily kIdefics3 = {
    .type = "idefics3",
    .load = LoadIdefics3,
    .vision_encoder = {.unread_blocks = 0, .prepare = PrepareTiles},
};

}  // namespace edgevlm
