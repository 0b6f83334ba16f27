#include "model/projector/patch_merger.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gguf/names.h"
#include "model/projector/run_mlp.h"

namespace edgevlm {
namespace {

struct Merger {
  std::optional<Norm> norm;  // of the features side by side
  Linear first;              // [side^2 * E, side^2 * E]
  Linear second;             // [D, side^2 * E]
};

struct PatchMergerWeights {
  MergedPatches patches;
  SizeRule size;
  const VideoForm* video = nullptr;
  std::vector<Merger> mergers;  // of the last block's features, then of DeepStack's
};

class PatchMerger final : public Projector {
 public:
  explicit PatchMerger(PatchMergerWeights weights) : weights_(std::move(weights)) {}

  int inputs() const override { return levels() * wide() / patches_per_token(); }
  int outputs() const override { return levels() * width(); }
  int Tokens(int patches) const override { return patches / patches_per_token(); }
  bool has_token_grid() const override { return true; }
  const VideoForm& video_form() const override { return *weights_.video; }

  MaybeError CheckSize(ImageSize image) const override {
    const long long longer = std::max(image.width, image.height);
    const long long shorter = std::min(image.width, image.height);
    if (longer <= kMaxAspectRatio * shorter) return std::nullopt;
    return Error{ErrorCode::kUnsupported,
                 "image: expected a side at most " + std::to_string(kMaxAspectRatio) +
                     " times as long as the other, found " + std::to_string(image.width) + " x " +
                     std::to_string(image.height) + " pixels"};
  }

  ImageLayout Layout(ImageSize image, const ImageLimits& limits) const override {
    SizeRule rule = weights_.size;
    if (limits.max_tokens > 0) rule.max_cells = std::min(rule.max_cells, limits.max_tokens);
    if (limits.min_tokens > 0) rule.min_cells = limits.min_tokens;
    rule.min_cells = std::min(rule.min_cells, rule.max_cells);
    const ImageSize size = RoundedSize(image, rule);
    return {.grid = {.size = size},
            .tokens = {.rows = size.height / rule.multiple, .cols = size.width / rule.multiple},
            .pieces = {{.text = "", .tile = 0}}};
  }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const View<float> merged = workspace.Alloc(embeddings.rows, wide());
    for (int level = 0; level < levels(); ++level) {
      const Merger& merger = weights_.mergers[static_cast<std::size_t>(level)];
      Merge(features, level, merged, run);  // [T, side^2 * E]
      if (merger.norm) merger.norm->Apply(merged, merged, run);
      RunMlp(merger.first, merger.second, merged, embeddings.Cols(level * width(), width()),
             workspace, run);  // [T, D]
    }
  }

 private:
  int levels() const { return static_cast<int>(weights_.mergers.size()); }
  int patches_per_token() const { return weights_.patches.side * weights_.patches.side; }
  int wide() const { return weights_.mergers.front().first.weight.inputs(); }
  int width() const { return weights_.mergers.front().second.weight.outputs(); }

  // A token's patches are neighboring rows.
  void Merge(View<const float> features, int level, View<float> merged, const Run& run) const {
    PROFILE_ZONE(run.profiler, "multi_modal_projector.merge");
    const int per_token = patches_per_token(), inputs = wide() / per_token;
    const View<const float> of_level = features.Cols(level * inputs, inputs);
    for (int patch = 0; patch < features.rows; ++patch) {
      const View<float> to = merged.Cols(patch % per_token * inputs, inputs);
      std::ranges::copy(of_level.Row(patch), to.Row(patch / per_token).data());
    }
  }

  PatchMergerWeights weights_;
};

// A number of pixels in whole tokens.
int ReadTokens(WeightReader& reader, std::string_view key, long long fallback, int token_side) {
  constexpr int kMaxPixels = 1 << 30;
  const long long pixels = reader.file().HasKey(key) ? reader.Int(key, 1, kMaxPixels) : fallback;
  const long long tokens = pixels / (1LL * token_side * token_side);
  return static_cast<int>(std::clamp(tokens, 1LL, 1LL * kMaxGridTokens));
}

Merger ReadMerger(WeightReader& reader, int width, const std::string& first,
                  const std::string& second, const std::string& zone) {
  const int outputs = reader.FirstExtent(modules::Weight(second), width, ModelLimits::kWidth);
  return {.norm = std::nullopt,
          .first = reader.ReadLinear(first, {width, width}, zone + ".linear_1"),
          .second = reader.ReadLinear(second, {outputs, width}, zone + ".linear_2")};
}

// All mergers have the same width.
void ReadDeepstackMergers(WeightReader& reader, int width, std::vector<Merger>& mergers) {
  const float epsilon = reader.Float(keys::kVisionLayerNormEpsilon, 1e-12f, 1.0f);
  for (const int block : ReadDeepstackBlocks(reader)) {
    const std::string zone = "multi_modal_projector.deepstack." + std::to_string(block);
    const std::string second = modules::DeepstackMerger(block, "fc2");
    Merger merger = ReadMerger(reader, width, modules::DeepstackMerger(block, "fc1"), second, zone);
    merger.norm = reader.ReadNorm(modules::DeepstackMerger(block, "norm"), width, zone + ".norm");
    merger.norm->epsilon = epsilon;
    const int expected = mergers.front().second.weight.outputs();
    if (reader.ok() && merger.second.weight.outputs() != expected) {
      reader.Fail({ErrorCode::kInvalid, "model: tensor '" + modules::Weight(second) +
                                            "': expected " + std::to_string(expected) +
                                            " outputs like mm.2, found " +
                                            std::to_string(merger.second.weight.outputs())});
    }
    if (!reader.ok()) return;
    mergers.push_back(std::move(merger));
  }
}

}  // namespace

Result<std::unique_ptr<Projector>> LoadPatchMerger(const GgufFile& file,
                                                   const PatchMergerTraits& traits,
                                                   Packing packing) {
  WeightReader reader(file, packing);
  PatchMergerWeights weights;
  weights.patches = ReadMergedPatches(reader);
  weights.video = traits.video;
  const int side = weights.patches.side, token_side = weights.patches.token_side();
  weights.size = {
      .multiple = token_side,
      .min_cells = ReadTokens(reader, keys::kImageMinPixels, traits.min_pixels, token_side),
      .max_cells = ReadTokens(reader, keys::kImageMaxPixels, traits.max_pixels, token_side)};
  const int width =
      reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth / (side * side));
  weights.mergers.push_back(
      ReadMerger(reader, width * side * side, std::string(modules::kProjectorFirst),
                 std::string(modules::kProjectorSecond), "multi_modal_projector"));
  if (traits.has_deepstack) ReadDeepstackMergers(reader, width * side * side, weights.mergers);
  for (const char* prefix : {"mm.", "v.deepstack."}) {
    reader.RefuseUnread(prefix, modules::kSoundProjectorTensors);
  }
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<PatchMerger>(std::move(weights)));
}

void StretchToTokens(WeightReader&, Preprocessing& preprocessing) {
  preprocessing.fit = Fit::kStretch;
  preprocessing.filter = Filter::kBicubic;
}

}  // namespace edgevlm
