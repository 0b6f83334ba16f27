#include "model/projector/phi3v.h"

#include <algorithm>
#include <utility>

#include "gguf/names.h"
#include "image/padded_tiles.h"
#include "model/layers.h"
#include "model/projector/pixel_shuffle.h"
#include "model/projector/projector_weights.h"
#include "model/projector/run_mlp.h"

namespace edgevlm {
namespace {

constexpr int kScale = 2;        // s: s x s patches become one row
constexpr int kMaxTiles = 64;    // that a file may ask for
constexpr int kUsualTiles = 16;  // of files that do not say
constexpr Color kWhite = {255, 255, 255};

// Rows that are the same for every image.
constexpr int kLineEnd = 0;
constexpr int kSeparator = 1;

struct Phi3VWeights {
  int side = 0;                  // patches of the vision encoder
  int max_tiles = 1;             // cut out of an image
  Linear first;                  // [D, 4 E]
  Linear second;                 // [D, D]
  std::vector<float> line_end;   // [4 E]
  std::vector<float> separator;  // [4 E]
};

class Phi3V final : public Projector {
 public:
  Phi3V(Phi3VWeights weights, bool is_fast) : weights_(std::move(weights)) {
    // Two rows at load, in place of some in every image.
    std::vector<float> rows = weights_.line_end;
    rows.insert(rows.end(), weights_.separator.begin(), weights_.separator.end());
    constants_.resize(2 * static_cast<std::size_t>(outputs()));
    ThreadPool pool(1);
    Workspace workspace;
    RunMlp(weights_.first, weights_.second,
           View<const float>(rows.data(), 2, weights_.first.weight.inputs()),
           View<float>(constants_.data(), 2, outputs()), workspace,
           {.pool = pool, .fast = is_fast});
  }

  int inputs() const override { return weights_.first.weight.inputs() / (kScale * kScale); }
  int outputs() const override { return weights_.second.weight.outputs(); }
  int patches() const override { return weights_.side * weights_.side; }
  int Tokens(int patches) const override { return patches / (kScale * kScale); }
  View<const float> ConstantRows() const override {
    return View<const float>(constants_.data(), 2, outputs());
  }

  // The lines of all tiles together, the separator, and the lines of the image as a whole.
  ImageLayout Layout(ImageSize image, const ImageLimits& limits) const override {
    ImageLayout layout;
    for (int tiles = weights_.max_tiles;; --tiles) {
      layout.grid = ChoosePaddedTiles(image, tiles);
      const bool fits = limits.max_tokens == 0 || TokensOf(layout.grid) <= limits.max_tokens;
      if (fits || tiles == 1) break;
    }
    const int lines = weights_.side / kScale;
    for (int line = 0; line < layout.grid.rows * lines; ++line) {
      AddLine(line / lines * layout.grid.cols, layout.grid.cols, line % lines, layout);
    }
    layout.pieces.push_back({.constant = kSeparator});
    const int whole = layout.grid.rows * layout.grid.cols;
    for (int line = 0; line < lines; ++line) AddLine(whole, 1, line, layout);
    layout.pieces.push_back({.text = "<s>\n"});  // the text behind an image begins anew
    return layout;
  }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const View<float> wide = workspace.Alloc(embeddings.rows, weights_.first.weight.inputs());
    PixelShuffle(features, weights_.side, kScale, wide, run);  // [n * P / 4, 4 E]
    RunMlp(weights_.first, weights_.second, wide, embeddings, workspace, run);
  }

 private:
  int TokensOf(const TileGrid& grid) const {
    const int lines = weights_.side / kScale;
    return grid.tiles() * lines * lines + 1 + (grid.rows + 1) * lines;
  }

  // A line of neighboring tiles, and its end.
  void AddLine(int first_tile, int tiles, int line, ImageLayout& layout) const {
    const int rows = weights_.side / kScale;
    for (int tile = first_tile; tile < first_tile + tiles; ++tile) {
      layout.pieces.push_back({.tile = tile, .first_row = line * rows, .rows = rows});
    }
    layout.pieces.push_back({.constant = kLineEnd});
  }

  Phi3VWeights weights_;
  std::vector<float> constants_;  // [2, D]
};

int ReadMaxTiles(WeightReader& reader) {
  if (!reader.file().HasKey(keys::kPreprocMaxTiles)) return kUsualTiles;
  return reader.Int(keys::kPreprocMaxTiles, 1, kMaxTiles);
}

// Images keep their aspect ratio, with white bars.
void PadToTiles(WeightReader& reader, Preprocessing& preprocessing) {
  preprocessing.filter = Filter::kBilinear;
  preprocessing.fill = kWhite;
  preprocessing.longest_edge = ReadMaxTiles(reader) * preprocessing.size;
  preprocessing.tile_resize = TileResize::kPadded;
}

Result<std::unique_ptr<Projector>> LoadPhi3V(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  Phi3VWeights weights;
  const int width = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  weights.side = ReadSideDividedBy(reader, kScale, keys::kPatchSize);
  weights.max_tiles = ReadMaxTiles(reader);
  const int inputs = ReadShuffledWidth(reader, width, kScale);
  const int outputs =
      reader.FirstExtent(modules::Weight(modules::kProjectorFirst), inputs, ModelLimits::kWidth);
  weights.first = reader.ReadLinear(modules::kProjectorFirst, {outputs, inputs},
                                    "multi_modal_projector.linear_1");
  weights.second = reader.ReadLinear(modules::kProjectorSecond, {outputs, outputs},
                                     "multi_modal_projector.linear_2");
  weights.line_end = reader.Values(std::string(modules::kImageNewline), {inputs});
  weights.separator = reader.Values(std::string(modules::kViewSeparator), {inputs});
  reader.RefuseUnread("mm.", modules::kSoundProjectorTensors);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(
      std::make_unique<Phi3V>(std::move(weights), packing != Packing::kExact));
}

}  // namespace

const ProjectorFamily kPhi3V = {
    .type = "phi3v",
    .load = LoadPhi3V,
    .vision_encoder = {.unread_blocks = 1, .prepare = PadToTiles},
};

}  // namespace edgevlm
