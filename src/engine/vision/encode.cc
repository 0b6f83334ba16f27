#include "engine/vision/encode.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/stopwatch.h"
#include "edgevlm/probe.h"
#include "image/decode.h"
#include "model/weight_reader.h"
#include "model/workspace.h"

namespace edgevlm {
namespace {

// Tiles per pass: enough to reuse each read of the matrices.
constexpr long long kMaxTiles = 8;

int TilesPerPass(const Model& model, ImageSize tile) {
  const long long fitting =
      ModelLimits::kWorkspaceValues / model.vision_encoder->WorkspaceValues(tile);
  return static_cast<int>(std::clamp(fitting, 1LL, kMaxTiles));
}

Error EncodingCancelled() { return {ErrorCode::kCancelled, "image: cancelled"}; }

// The limits of a request, or else the model's. A request may ask for less than the model's most
// only: who started the engine has chosen what an image may cost.
Result<ImageLimits> LimitsFor(const Model& model, const ImageLimits& requested) {
  ImageLimits limits = model.image_limits;
  if (requested.max_tokens > 0) {
    if (limits.max_tokens > 0 && requested.max_tokens > limits.max_tokens) {
      return Error{ErrorCode::kInvalid, "image_max_tokens: expected at most " +
                                            std::to_string(limits.max_tokens) + ", found " +
                                            std::to_string(requested.max_tokens)};
    }
    limits.max_tokens = requested.max_tokens;
  }
  if (requested.min_tokens > 0) limits.min_tokens = requested.min_tokens;
  if (requested.min_tokens > 0 && limits.max_tokens > 0 && limits.min_tokens > limits.max_tokens) {
    return Error{ErrorCode::kInvalid, "image_min_tokens: expected at most the maximum of " +
                                          std::to_string(limits.max_tokens) + ", found " +
                                          std::to_string(limits.min_tokens)};
  }
  return limits;
}

// Models with a fixed number of tokens, or with tiles, cannot keep to all limits.
MaybeError CheckRequested(const ImageLimits& requested, int tokens) {
  const bool is_too_many = requested.max_tokens > 0 && tokens > requested.max_tokens;
  if (!is_too_many && tokens >= requested.min_tokens) return std::nullopt;
  return Error{ErrorCode::kInvalid,
               std::string(is_too_many ? "image_max_tokens: expected at least "
                                       : "image_min_tokens: expected at most ") +
                   "the " + std::to_string(tokens) + " tokens that this model needs, found " +
                   std::to_string(is_too_many ? requested.max_tokens : requested.min_tokens)};
}

// An image as decoded, which may be smaller than the file's, and how it will be shown.
struct LaidOutImage {
  Image image;
  ImageLayout layout;
};

// The longer side in pixels beyond which more resolution of this image is of no use.
int DetailOf(const Model& model, const TileGrid& grid, ImageSize image) {
  if (!grid.size.empty()) return std::max(grid.size.width, grid.size.height);
  return model.vision_encoder->shape().preprocessing.DetailFor(image.width, image.height);
}

Result<LaidOutImage> DecodeFile(const Model& model, std::span<const std::byte> file,
                                const ImageLimits& limits) {
  const Result<ImageFileInfo> info = ProbeImage(file);
  if (!info) return info.error();
  const ImageSize size = {info->width, info->height};
  Result<ImageLayout> layout = LayOut(model, size, limits);
  if (!layout) return layout.error();
  Result<Image> image = Decode(file, DecodeLimits(), DetailOf(model, layout->grid, size));
  if (!image) return image.error();
  return LaidOutImage{*std::move(image), *std::move(layout)};
}

void Append(View<const float> rows, EncodedImage& image) {
  for (int i = 0; i < rows.rows; ++i) {
    image.embeddings.insert(image.embeddings.end(), rows.Row(i).begin(), rows.Row(i).end());
  }
}

// An image's embeddings in the order of its layout.
//   embeddings [tiles * tokens, D (1 + L)]
//   constants  of the projector
EncodedImage Arrange(const ImageLayout& layout, int tokens, View<const float> embeddings,
                     View<const float> constants) {
  EncodedImage encoded = {
      .tokens = 0, .width = embeddings.cols, .embeddings = {}, .pieces = {}, .timings = {}};
  encoded.embeddings.reserve(static_cast<std::size_t>(embeddings.rows) *
                             static_cast<std::size_t>(embeddings.cols));
  for (const ImageLayout::Piece& piece : layout.pieces) {
    const int rows = piece.Tokens(tokens);
    if (encoded.pieces.empty() || !piece.text.empty() || !layout.tokens.empty()) {
      encoded.pieces.push_back({.markup = piece.text,
                                .rows = rows,
                                .grid = piece.tile >= 0 ? layout.tokens : TokenGrid()});
    } else {
      encoded.pieces.back().rows += rows;
    }
    encoded.tokens += rows;
    if (piece.tile >= 0) {
      const int count = piece.rows == 0 ? tokens : piece.rows;
      Append(embeddings.Rows(piece.tile * tokens + piece.first_row, count), encoded);
    }
    if (piece.constant >= 0) Append(constants.Rows(piece.constant, 1), encoded);
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

// Tiles of one size, of one image or of several with the same layout.
struct Tiles {
  ImageSize size;             // empty: S x S
  int tokens = 0;             // of each, after pruning
  View<float> pixels;         // [n * height * width, 3]
  View<float> second_frames;  // likewise, of pairs of frames; else empty
  View<float> embeddings;     // [n * tokens, D (1 + L)]
  FeatureRows* features = nullptr;
};

// Appends what an encoder has computed.
void Keep(const EncodedImages& encoded, FeatureRows& features) {
  features.width = encoded.features.cols;
  for (int i = 0; i < encoded.features.rows; ++i) {
    const auto row = encoded.features.Row(i);
    features.values.insert(features.values.end(), row.begin(), row.end());
  }
  for (int i = 0; features.with_scores && i < encoded.scores.rows; ++i) {
    const auto row = encoded.scores.Row(i);
    features.scores.insert(features.scores.end(), row.begin(), row.end());
  }
}

// Whether the encoder has to compute the attention that features receive.
bool NeedsScores(const Model& model, const FeatureRows* features) {
  if (model.pruner.needs_scores()) return true;
  return features != nullptr && features->with_scores && model.vision_encoder->has_scores();
}

// Runs vision encoder and projector on as many tiles at a time as fit in memory. If it is over, the
// embeddings are undefined.
void EncodeTiles(const Model& model, const Tiles& tiles, Workspace& workspace, const Run& run) {
  const VisionEncoder& vision_encoder = *model.vision_encoder;
  const int features_each = vision_encoder.Features(tiles.size);
  const int tokens = model.projector->Tokens(features_each), count = tiles.tokens;
  const bool keeps_all = tokens == count;
  const int all_tiles = tiles.embeddings.rows / count, cells = tiles.pixels.rows / all_tiles;
  const PriorityGate::Long work(*run.gate);
  const int per_pass = std::min(TilesPerPass(model, tiles.size), all_tiles);
  const WorkspaceScope scope(workspace);
  const View<float> features =
      workspace.Alloc(per_pass * features_each, vision_encoder.shape().width);
  const View<float> scores =
      workspace.Alloc(NeedsScores(model, tiles.features) ? per_pass : 0, features_each);
  const View<float> all = workspace.Alloc(keeps_all ? 0 : per_pass * tokens, tiles.embeddings.cols);
  for (int first = 0; first < all_tiles; first += per_pass) {
    run.Yield();
    const int n = std::min(per_pass, all_tiles - first);
    InputImages images(tiles.pixels.Rows(first * cells, n * cells), tiles.size);
    if (tiles.second_frames.rows > 0) {
      images.second_frames = tiles.second_frames.Rows(first * cells, n * cells);
    }
    const EncodedImages encoded(features.Rows(0, n * features_each),
                                scores.Rows(0, std::min(n, scores.rows)));
    {
      PROFILE_ZONE(run.profiler, "vision_tower");
      vision_encoder.Encode(images, encoded, workspace, run);
    }
    if (run.IsOver()) break;
    if (tiles.features != nullptr) Keep(encoded, *tiles.features);
    PROFILE_ZONE(run.profiler, "multi_modal_projector");
    const View<float> own = tiles.embeddings.Rows(first * count, n * count);
    const View<float> projected = keeps_all ? own : all.Rows(0, n * tokens);
    model.projector->Project(encoded.features, projected, workspace, run);
    if (!keeps_all) KeepRows(model, projected, encoded.scores, own);
  }
}

// The same for the tiles of one image, but for those that are as they were in the last one.
void EncodeNewTiles(const Model& model, const Tiles& tiles, TileMemory& memory,
                    Workspace& workspace, const Run& run) {
  const int count = tiles.embeddings.rows / tiles.tokens, cells = tiles.pixels.rows / count;
  const std::vector<bool> is_new = memory.Recall(count, tiles.pixels, tiles.embeddings);
  for (int first = 0; first < count && !run.IsOver();) {
    const auto begin = is_new.begin() + first;
    const int n = static_cast<int>(std::find(begin, is_new.end(), !*begin) - begin);
    if (*begin) {
      EncodeTiles(model,
                  {.size = tiles.size,
                   .tokens = tiles.tokens,
                   .pixels = tiles.pixels.Rows(first * cells, n * cells),
                   .second_frames = {},
                   .embeddings = tiles.embeddings.Rows(first * tiles.tokens, n * tiles.tokens)},
                  workspace, run);
    }
    first += n;
  }
  if (!run.IsOver()) memory.Keep(is_new, tiles.pixels, tiles.embeddings);
}

// One image's part of the pixels and embeddings of a pass.
struct PassPart {
  int pixels = 0;
  int tokens = 0;
};

PassPart PartOf(const Model& model, const ImageLayout& layout) {
  return {.pixels = layout.grid.pixels(model.vision_encoder->shape().preprocessing.size),
          .tokens = layout.grid.tiles() * model.TileTokens(layout)};
}

// What a pass reads and writes.
struct PassViews {
  View<float> pixels;         // [all pixels, 3]
  View<float> second_frames;  // likewise, or empty
  View<float> embeddings;     // [all tokens, D (1 + L)]
  FeatureRows* features = nullptr;
};

// Encodes the tiles of all images, those of neighbors with tiles of the same size together.
void EncodeAll(const Model& model, std::span<const ImageLayout> layouts, const PassViews& views,
               Workspace& workspace, const Run& run, TileMemory* memory) {
  PassPart done;
  for (std::size_t first = 0; first < layouts.size() && !run.IsOver();) {
    const ImageLayout& layout = layouts[first];
    PassPart own;
    for (; first < layouts.size() && layouts[first].grid.size == layout.grid.size; ++first) {
      const PassPart next = PartOf(model, layouts[first]);
      own = {own.pixels + next.pixels, own.tokens + next.tokens};
    }
    const Tiles tiles = {.size = layout.grid.size,
                         .tokens = model.TileTokens(layout),
                         .pixels = views.pixels.Rows(done.pixels, own.pixels),
                         .second_frames = views.second_frames.rows == 0
                                              ? View<float>()
                                              : views.second_frames.Rows(done.pixels, own.pixels),
                         .embeddings = views.embeddings.Rows(done.tokens, own.tokens),
                         .features = views.features};
    const bool is_split = layouts.size() == 1 && layout.grid.tiles() > 1;
    if (memory != nullptr && is_split && views.second_frames.rows == 0 &&
        views.features == nullptr) {
      EncodeNewTiles(model, tiles, *memory, workspace, run);
    } else {
      EncodeTiles(model, tiles, workspace, run);
    }
    done = {done.pixels + own.pixels, done.tokens + own.tokens};
  }
}

// Encodes one or more images together.
Result<std::vector<EncodedImage>> EncodePass(const Model& model, const ImagesToEncode& pass,
                                             Workspace& workspace, const Run& run,
                                             TileMemory* memory = nullptr) {
  const Preprocessing& preprocessing = model.vision_encoder->shape().preprocessing;
  std::vector<TileGrid> grids;
  PassPart all;
  for (const ImageLayout& layout : pass.layouts) {
    grids.push_back(layout.grid);
    const PassPart own = PartOf(model, layout);
    all = {all.pixels + own.pixels, all.tokens + own.tokens};
  }
  workspace.Clear();
  workspace.CountIn(run.profiler == nullptr ? nullptr : &run.profiler->memory());
  const WorkspaceScope scope(workspace);
  const PassViews views = {
      .pixels = workspace.Alloc(all.pixels, 3),
      .second_frames = workspace.Alloc(pass.second_frames.empty() ? 0 : all.pixels, 3),
      .embeddings = workspace.Alloc(all.tokens, model.decoder->shape().image_width()),
      .features = pass.features};
  Stopwatch watch;
  {
    PROFILE_ZONE(run.profiler, "image.resize");
    PreprocessAll(pass.images, grids, preprocessing, views.pixels, run.pool);
    if (!pass.second_frames.empty()) {
      PreprocessAll(pass.second_frames, grids, preprocessing, views.second_frames, run.pool);
    }
  }
  const double preprocess_ms = watch.Lap();
  EncodeAll(model, pass.layouts, views, workspace, run, memory);
  if (run.IsOver()) return EncodingCancelled();
  const double encode_ms = watch.Lap();
  std::vector<EncodedImage> encoded;
  int first = 0;
  for (const ImageLayout& layout : pass.layouts) {
    const PassPart own = PartOf(model, layout);
    encoded.push_back(Arrange(layout, model.TileTokens(layout),
                              views.embeddings.Rows(first, own.tokens),
                              model.projector->ConstantRows()));
    first += own.tokens;
    const double share = static_cast<double>(own.pixels) / all.pixels;
    encoded.back().timings.preprocess_ms = preprocess_ms * share;
    encoded.back().timings.encode_ms = encode_ms * share;
    encoded.back().timings.total_ms = (preprocess_ms + encode_ms) * share;
  }
  return encoded;
}

Result<EncodedImage> EncodeOne(const EngineState& engine, const LaidOutImage& one, double decode_ms,
                               const Run& run) {
  Workspace workspace;
  auto pass = EncodePass(engine.model, {.images = {&one.image, 1}, .layouts = {&one.layout, 1}},
                         workspace, run, engine.runtime.tile_memory.get());
  if (!pass) return pass.error();
  EncodedImage encoded = std::move(pass->front());
  encoded.timings.decode_ms = decode_ms;
  encoded.timings.total_ms += decode_ms;
  return encoded;
}

// Images that are decoded and then encoded together.
struct DecodedFiles {
  std::vector<Image> images;
  std::vector<ImageLayout> layouts;
};

// Decodes as many files in parallel as the pool has threads.
Result<DecodedFiles> DecodeFiles(const EngineState& engine, std::size_t first,
                                 std::span<const std::span<const std::byte>> files) {
  std::vector<std::optional<Result<LaidOutImage>>> decoded(files.size());
  engine.runtime.pool->ParallelFor(static_cast<int>(files.size()), 1, [&](int begin, int end, int) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      decoded[i] = DecodeFile(engine.model, files[i], {});
    }
  });
  DecodedFiles all;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    Result<LaidOutImage>& one = *decoded[i];
    if (!one) {
      return one.error().In("image " + std::to_string(first + i));
    }
    all.images.push_back(std::move(one->image));
    all.layouts.push_back(std::move(one->layout));
  }
  return all;
}

}  // namespace

Error NoVisionEncoder() {
  return {ErrorCode::kUnsupported,
          "image: this model reads none; expected an image encoder (mmproj) beside it"};
}

Result<ImageLayout> LayOut(const Model& model, ImageSize image, const ImageLimits& limits) {
  Result<ImageLimits> chosen = LimitsFor(model, limits);
  if (!chosen) return chosen.error();
  if (auto error = model.projector->CheckSize(image)) return *error;
  ImageLayout layout = model.projector->Layout(image, *chosen);
  const int most = model.info.context_tokens - 2;  // one position for a prompt, one for a reply
  const int tokens = layout.Tokens(model.TileTokens(layout));
  if (layout.tokens.empty()) {
    if (auto error = CheckRequested(limits, tokens)) return *error;
    return layout;
  }
  if (tokens <= most) return layout;
  return Error{ErrorCode::kTooLarge, "image: expected at most " + std::to_string(most) +
                                         " tokens, found " + std::to_string(tokens) +
                                         " (-c, --context sets the context, " +
                                         "--image-max-tokens the limit)"};
}

std::shared_ptr<const EncodedImage> ImageWithoutValues(const Model& model,
                                                       const ImageLayout& layout) {
  const int tokens = model.TileTokens(layout);
  auto image = std::make_shared<EncodedImage>();
  for (const ImageLayout::Piece& piece : layout.pieces) {
    const int rows = piece.Tokens(tokens);
    image->pieces.push_back({.markup = piece.text, .rows = rows});
    image->tokens += rows;
  }
  return image;
}

Result<EncodedImage> EncodeFile(const EngineState& engine, std::span<const std::byte> file,
                                const EncodeOptions& options) {
  if (engine.model.vision_encoder == nullptr) return NoVisionEncoder();
  Stopwatch watch;
  const auto image = [&] {
    PROFILE_ZONE(options.profiler, "image.decode");
    return DecodeFile(engine.model, file, options.limits);
  }();
  if (!image) return image.error();
  // is_over is not called again after true: it must stay true even if another caller comes
  // meanwhile.
  bool was_over = false;
  const std::function<bool()> stays_over = [&] { return was_over = was_over || options.is_over(); };
  Run run = engine.runtime.EncoderRun(options.profiler);
  if (options.is_over != nullptr) run.is_over = &stays_over;
  return EncodeOne(engine, *image, watch.Lap(), run);
}

Result<std::vector<EncodedImage>> EncodeTogether(const EngineState& engine,
                                                 const ImagesToEncode& images, Profiler* profiler) {
  Workspace workspace;
  return EncodePass(engine.model, images, workspace, engine.runtime.EncoderRun(profiler));
}

MaybeError CheckPixels(const PixelsView& pixels) {
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
  return std::nullopt;
}

Result<Image> ImageOf(const PixelsView& pixels) {
  if (auto error = CheckPixels(pixels)) return *error;
  Image image;
  image.width = pixels.width;
  image.height = pixels.height;
  image.pixels.assign(pixels.rgb.begin(), pixels.rgb.end());
  return image;
}

Result<EncodedImage> EncodePixels(const EngineState& engine, const PixelsView& pixels,
                                  Profiler* profiler) {
  if (engine.model.vision_encoder == nullptr) return NoVisionEncoder();
  Result<Image> image = ImageOf(pixels);
  if (!image) return image.error();
  Result<ImageLayout> layout = LayOut(engine.model, {image->width, image->height});
  if (!layout) return layout.error();
  return EncodeOne(engine, {*std::move(image), *std::move(layout)}, 0,
                   engine.runtime.EncoderRun(profiler));
}

Result<std::vector<EncodedImage>> EncodeFiles(const EngineState& engine,
                                              std::span<const std::span<const std::byte>> files) {
  if (engine.model.vision_encoder == nullptr) return NoVisionEncoder();
  std::vector<EncodedImage> encoded;
  Workspace workspace;
  constexpr std::size_t kFilesPerPass = kMaxTiles;
  for (std::size_t first = 0; first < files.size(); first += kFilesPerPass) {
    const auto pass = files.subspan(first, std::min(kFilesPerPass, files.size() - first));
    Stopwatch watch;
    const Result<DecodedFiles> decoded = DecodeFiles(engine, first, pass);
    if (!decoded) return decoded.error();
    const double decode_ms = watch.Lap() / static_cast<double>(pass.size());
    auto of_pass =
        EncodePass(engine.model, {.images = decoded->images, .layouts = decoded->layouts},
                   workspace, engine.runtime.EncoderRun(nullptr));
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
