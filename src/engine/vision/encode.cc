#include "engine/vision/encode.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/stopwatch.h"
#include "image/decode.h"
#include "model/weight_reader.h"
#include "model/workspace.h"

namespace edgevlm {
namespace {

// Tiles per pass: enough to reuse each read of the matrices.
constexpr long long kMaxTiles = 8;

int TilesPerPass(const Model& model) {
  const long long fitting =
      ModelLimits::kWorkspaceValues / model.vision_encoder->shape().workspace_values;
  return static_cast<int>(std::clamp(fitting, 1LL, kMaxTiles));
}

Error EncodingCancelled() { return {ErrorCode::kCancelled, "image: cancelled"}; }

Error NoVisionEncoder() {
  return {ErrorCode::kUnsupported,
          "image: this model reads none; expected an image encoder (mmproj) beside it"};
}

Result<Image> DecodeFile(const Model& model, std::span<const std::byte> file) {
  const Result<ImageInfo> info = Probe(file);
  if (!info) return info.error();
  const Preprocessing& preprocessing = model.vision_encoder->shape().preprocessing;
  return Decode(file, DecodeLimits(), preprocessing.DetailFor(info->width, info->height));
}

std::vector<ImageLayout> LayoutsOf(const Model& model, std::span<const Image> images) {
  std::vector<ImageLayout> layouts;
  for (const Image& image : images) {
    layouts.push_back(model.projector->Layout({image.width, image.height}, model.image_max_tokens));
  }
  return layouts;
}

std::vector<TileGrid> GridsOf(std::span<const ImageLayout> layouts) {
  std::vector<TileGrid> grids;
  for (const ImageLayout& layout : layouts) grids.push_back(layout.grid);
  return grids;
}

int TilesOf(std::span<const TileGrid> grids) {
  int tiles = 0;
  for (const TileGrid& grid : grids) tiles += grid.tiles();
  return tiles;
}

// An image's embeddings in the order of its layout.
//   embeddings [tiles * tokens, D]
EncodedImage Arrange(const ImageLayout& layout, int tokens, View<const float> embeddings) {
  EncodedImage encoded = {
      .tokens = 0, .width = embeddings.cols, .embeddings = {}, .pieces = {}, .timings = {}};
  encoded.embeddings.reserve(static_cast<std::size_t>(embeddings.rows) *
                             static_cast<std::size_t>(embeddings.cols));
  for (const ImageLayout::Piece& piece : layout.pieces) {
    const bool shows = piece.tile >= 0;
    encoded.pieces.push_back({.markup = piece.text, .rows = shows ? tokens : 0});
    if (!shows) continue;
    const View<const float> tile = embeddings.Rows(piece.tile * tokens, tokens);
    encoded.embeddings.insert(encoded.embeddings.end(), tile.data,
                              tile.data + std::ptrdiff_t{tokens} * tile.cols);
    encoded.tokens += tokens;
  }
  return encoded;
}

// The rows of every tile that the decoder reads.
//   all     [n * tokens, D]
//   scores  [n, P], or empty
//   kept    [n * model.pruner.count(), D]
void KeepRows(const Model& model, View<const float> all, View<const float> scores,
              View<float> kept) {
  const int count = model.pruner.count();
  const int tiles = kept.rows / count, tokens = all.rows / tiles;
  for (int tile = 0; tile < tiles; ++tile) {
    const std::vector<int> chosen =
        model.pruner.Choose(scores.rows == 0 ? std::span<const float>() : scores.Row(tile));
    for (int i = 0; i < count; ++i) {
      const int row = tile * tokens + chosen[static_cast<std::size_t>(i)];
      std::ranges::copy(all.Row(row), kept.Row(tile * count + i).data());
    }
  }
}

// Runs vision encoder and projector on as many tiles at a time as fit in memory. If it is over, the
// embeddings are undefined.
//   pixels      [n * S * S, 3]
//   embeddings  [n * model.pruner.count(), D]
void EncodeTiles(const Model& model, View<const float> pixels, View<float> embeddings,
                 Workspace& workspace, const Run& run) {
  const VisionShape& vision_encoder = model.vision_encoder->shape();
  const int cells = vision_encoder.preprocessing.size * vision_encoder.preprocessing.size;
  const int tokens = model.projector->Tokens(vision_encoder.tokens), count = model.pruner.count();
  const int tiles = pixels.rows / cells;
  const PriorityGate::Long work(*run.gate);
  const int per_pass = std::min(TilesPerPass(model), tiles);
  const Workspace::Mark mark = workspace.mark();
  const View<float> features =
      workspace.Alloc(per_pass * vision_encoder.tokens, vision_encoder.width);
  const View<float> scores =
      workspace.Alloc(model.pruner.needs_scores() ? per_pass : 0, vision_encoder.tokens);
  const View<float> all =
      workspace.Alloc(model.pruner.keeps_all() ? 0 : per_pass * tokens, embeddings.cols);
  for (int first = 0; first < tiles; first += per_pass) {
    run.Yield();
    const int n = std::min(per_pass, tiles - first);
    const EncodedImages encoded(features.Rows(0, n * vision_encoder.tokens),
                                scores.Rows(0, std::min(n, scores.rows)));
    {
      PROFILE_ZONE(run.profiler, "vision");
      model.vision_encoder->Encode(pixels.Rows(first * cells, n * cells), encoded, workspace, run);
    }
    if (run.IsOver()) break;
    PROFILE_ZONE(run.profiler, "projector");
    const View<float> own = embeddings.Rows(first * count, n * count);
    const View<float> projected = model.pruner.keeps_all() ? own : all.Rows(0, n * tokens);
    model.projector->Project(encoded.features, projected, workspace, run);
    if (!model.pruner.keeps_all()) KeepRows(model, projected, encoded.scores, own);
  }
  workspace.Rewind(mark);
}

// Encodes one or more images together.
Result<std::vector<EncodedImage>> EncodePass(const Model& model, std::span<const Image> images,
                                             Workspace& workspace, const Run& run) {
  const Preprocessing& preprocessing = model.vision_encoder->shape().preprocessing;
  const int tokens = model.pruner.count();
  const std::vector<ImageLayout> layouts = LayoutsOf(model, images);
  const std::vector<TileGrid> grids = GridsOf(layouts);
  const int tiles = TilesOf(grids);
  workspace.Clear();
  const View<float> pixels = workspace.Alloc(tiles * preprocessing.size * preprocessing.size, 3);
  const View<float> embeddings = workspace.Alloc(tiles * tokens, model.decoder->shape().width);
  Stopwatch watch;
  {
    PROFILE_ZONE(run.profiler, "image.preprocess");
    PreprocessAll(images, grids, preprocessing, pixels, run.pool);  // [tiles * S * S, 3]
  }
  const double preprocess_ms = watch.Lap();
  if (!run.IsOver()) EncodeTiles(model, pixels, embeddings, workspace, run);  // [tiles * t, D]
  if (run.IsOver()) return EncodingCancelled();
  const double encode_ms = watch.Lap();
  std::vector<EncodedImage> encoded;
  int first = 0;
  for (const ImageLayout& layout : layouts) {
    const int own = layout.grid.tiles();
    encoded.push_back(Arrange(layout, tokens, embeddings.Rows(first * tokens, own * tokens)));
    first += own;
    const double share = static_cast<double>(own) / tiles;
    encoded.back().timings.preprocess_ms = preprocess_ms * share;
    encoded.back().timings.encode_ms = encode_ms * share;
    encoded.back().timings.total_ms = (preprocess_ms + encode_ms) * share;
  }
  return encoded;
}

Result<EncodedImage> EncodeOne(const Model& model, const Image& image, double decode_ms,
                               const Run& run) {
  Workspace workspace;
  auto one = EncodePass(model, {&image, 1}, workspace, run);
  if (!one) return one.error();
  EncodedImage encoded = std::move(one->front());
  encoded.timings.decode_ms = decode_ms;
  encoded.timings.total_ms += decode_ms;
  return encoded;
}

// Decodes as many files in parallel as the pool has threads.
Result<std::vector<Image>> DecodeFiles(const EngineState& engine, std::size_t first,
                                       std::span<const std::span<const std::byte>> files) {
  std::vector<std::optional<Result<Image>>> decoded(files.size());
  engine.runtime.pool->ParallelFor(static_cast<int>(files.size()), 1, [&](int begin, int end, int) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      decoded[i] = DecodeFile(engine.model, files[i]);
    }
  });
  std::vector<Image> images;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    Result<Image>& image = *decoded[i];
    if (!image) {
      return Error{image.error().code,
                   "image " + std::to_string(first + i) + ": " + image.error().message};
    }
    images.push_back(*std::move(image));
  }
  return images;
}

}  // namespace

Result<EncodedImage> EncodeFile(const EngineState& engine, std::span<const std::byte> file,
                                Profiler* profiler, const std::function<bool()>& is_over) {
  if (engine.model.vision_encoder == nullptr) return NoVisionEncoder();
  Stopwatch watch;
  const auto image = [&] {
    PROFILE_ZONE(profiler, "image.decode");
    return DecodeFile(engine.model, file);
  }();
  if (!image) return image.error();
  // is_over is not called again after true: it must stay true even if another caller comes
  // meanwhile.
  bool was_over = false;
  const std::function<bool()> stays_over = [&] { return was_over = was_over || is_over(); };
  Run run = engine.runtime.VisionRun(profiler);
  if (is_over != nullptr) run.is_over = &stays_over;
  return EncodeOne(engine.model, *image, watch.Lap(), run);
}

Result<EncodedImage> EncodePixels(const EngineState& engine, const PixelsView& pixels,
                                  Profiler* profiler) {
  if (engine.model.vision_encoder == nullptr) return NoVisionEncoder();
  const DecodeLimits limits;
  const auto found = std::to_string(pixels.width) + " x " + std::to_string(pixels.height);
  if (pixels.width < 1 || pixels.height < 1) {
    return Error{ErrorCode::kInvalid, "pixels: expected sides of at least 1, found " + found};
  }
  const std::int64_t count = std::int64_t{pixels.width} * pixels.height;
  if (pixels.width > limits.side || pixels.height > limits.side || count > limits.pixels) {
    return Error{ErrorCode::kTooLarge,
                 "pixels: expected at most " + std::to_string(limits.pixels) + ", found " + found};
  }
  if (pixels.rgb.size() != static_cast<std::size_t>(3 * count)) {
    return Error{ErrorCode::kInvalid, "pixels: rgb: expected " + std::to_string(3 * count) +
                                          " bytes, found " + std::to_string(pixels.rgb.size())};
  }
  Image image;
  image.width = pixels.width;
  image.height = pixels.height;
  image.pixels.assign(pixels.rgb.begin(), pixels.rgb.end());
  return EncodeOne(engine.model, image, 0, engine.runtime.VisionRun(profiler));
}

Result<std::vector<EncodedImage>> EncodeFiles(const EngineState& engine,
                                              std::span<const std::span<const std::byte>> files) {
  if (engine.model.vision_encoder == nullptr) return NoVisionEncoder();
  std::vector<EncodedImage> encoded;
  Workspace workspace;
  const auto per_pass = static_cast<std::size_t>(TilesPerPass(engine.model));
  for (std::size_t first = 0; first < files.size(); first += per_pass) {
    const auto pass = files.subspan(first, std::min(per_pass, files.size() - first));
    Stopwatch watch;
    const Result<std::vector<Image>> images = DecodeFiles(engine, first, pass);
    if (!images) return images.error();
    const double decode_ms = watch.Lap() / static_cast<double>(pass.size());
    auto of_pass = EncodePass(engine.model, *images, workspace, engine.runtime.VisionRun(nullptr));
    if (!of_pass) return of_pass.error();
    for (EncodedImage& image : *of_pass) {
      image.timings.decode_ms = decode_ms;
      image.timings.total_ms += decode_ms;
      encoded.push_back(std::move(image));
    }
  }
  return encoded;
}

}  // namespace edgevlm
