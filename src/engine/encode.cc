#include "engine/encode.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/stopwatch.h"
#include "image/decode.h"
#include "model/weight_reader.h"
#include "model/workspace.h"

namespace edgevlm {
namespace {

// Squares per pass: enough for the matrices to be read once for several.
constexpr long long kMaxSquares = 8;

int SquaresPerPass(const Model& model) {
  const long long fitting = ModelLimits::kWorkspaceValues / model.eye->shape().workspace_values;
  return static_cast<int>(std::clamp(fitting, 1LL, kMaxSquares));
}

Error GivenUp() { return {ErrorCode::kCancelled, "picture: given up"}; }

Error NoEye() {
  return {ErrorCode::kUnsupported,
          "picture: this model reads none; expected a picture encoder (mmproj) beside it"};
}

Result<Image> DecodeFile(const Model& model, std::span<const std::byte> file) {
  return Decode(file, DecodeLimits(), model.eye->shape().preprocessing.detail());
}

std::vector<PictureLayout> LayoutsOf(const Model& model, std::span<const Image> pictures) {
  std::vector<PictureLayout> layouts;
  for (const Image& picture : pictures) {
    layouts.push_back(
        model.projector->Layout({picture.width, picture.height}, model.image_max_tokens));
  }
  return layouts;
}

std::vector<TileGrid> GridsOf(std::span<const PictureLayout> layouts) {
  std::vector<TileGrid> grids;
  for (const PictureLayout& layout : layouts) grids.push_back(layout.grid);
  return grids;
}

int SquaresOf(std::span<const TileGrid> grids) {
  int squares = 0;
  for (const TileGrid& grid : grids) squares += grid.pictures();
  return squares;
}

// A picture's embeddings in the order of its layout.
//   embeddings [squares * tokens, D]
EncodedImage Arrange(const PictureLayout& layout, int tokens, View<const float> embeddings) {
  EncodedImage image = {
      .tokens = 0, .width = embeddings.cols, .values = {}, .pieces = {}, .timings = {}};
  image.values.reserve(static_cast<std::size_t>(embeddings.rows) *
                       static_cast<std::size_t>(embeddings.cols));
  for (const PictureLayout::Piece& piece : layout.pieces) {
    const bool shows = piece.square >= 0;
    image.pieces.push_back({.markup = piece.text, .rows = shows ? tokens : 0});
    if (!shows) continue;
    const View<const float> square = embeddings.Rows(piece.square * tokens, tokens);
    image.values.insert(image.values.end(), square.data,
                        square.data + std::ptrdiff_t{tokens} * square.cols);
    image.tokens += tokens;
  }
  return image;
}

// The rows of every square that the decoder is to read.
//   all     [n * tokens, D]
//   scores  [n, P], or empty
//   kept    [n * model.keeper.count(), D]
void KeepRows(const Model& model, View<const float> all, View<const float> scores,
              View<float> kept) {
  const int count = model.keeper.count();
  const int squares = kept.rows / count, tokens = all.rows / squares;
  for (int square = 0; square < squares; ++square) {
    const std::vector<int> chosen =
        model.keeper.Choose(scores.rows == 0 ? std::span<const float>() : scores.Row(square));
    for (int i = 0; i < count; ++i) {
      const int row = square * tokens + chosen[static_cast<std::size_t>(i)];
      std::ranges::copy(all.Row(row), kept.Row(square * count + i).data());
    }
  }
}

// Eye and projector, as many squares at a time as there is room for. When it is over the embeddings
// mean nothing.
//   pixels      [n * S * S, 3]
//   embeddings  [n * model.keeper.count(), D]
void EncodeSquares(const Model& model, View<const float> pixels, View<float> embeddings,
                   Workspace& workspace, const Run& run) {
  const VisionShape& eye = model.eye->shape();
  const int cells = eye.preprocessing.size * eye.preprocessing.size;
  const int tokens = model.projector->Tokens(eye.tokens), count = model.keeper.count();
  const int squares = pixels.rows / cells;
  const Turns::Long work(*model.turns);
  const int per_pass = std::min(SquaresPerPass(model), squares);
  const Workspace::Mark mark = workspace.mark();
  const View<float> features = workspace.Take(per_pass * eye.tokens, eye.width);
  const View<float> scores = workspace.Take(model.keeper.needs_scores() ? per_pass : 0, eye.tokens);
  const View<float> all =
      workspace.Take(model.keeper.keeps_all() ? 0 : per_pass * tokens, embeddings.cols);
  for (int first = 0; first < squares; first += per_pass) {
    run.Yield();
    const int n = std::min(per_pass, squares - first);
    const Seen seen(features.Rows(0, n * eye.tokens), scores.Rows(0, std::min(n, scores.rows)));
    {
      PROFILE_ZONE(run.profiler, "vision");
      model.eye->Encode(pixels.Rows(first * cells, n * cells), seen, workspace, run);
    }
    if (run.IsOver()) break;
    PROFILE_ZONE(run.profiler, "projector");
    const View<float> own = embeddings.Rows(first * count, n * count);
    const View<float> projected = model.keeper.keeps_all() ? own : all.Rows(0, n * tokens);
    model.projector->Project(seen.features, projected, workspace, run);
    if (!model.keeper.keeps_all()) KeepRows(model, projected, seen.scores, own);
  }
  workspace.Rewind(mark);
}

// One or more pictures together.
Result<std::vector<EncodedImage>> EncodePass(const Model& model, std::span<const Image> pictures,
                                             Workspace& workspace, const Run& run) {
  const Preprocessing& preprocessing = model.eye->shape().preprocessing;
  const int tokens = model.keeper.count();
  const std::vector<PictureLayout> layouts = LayoutsOf(model, pictures);
  const std::vector<TileGrid> grids = GridsOf(layouts);
  const int squares = SquaresOf(grids);
  workspace.Clear();
  const View<float> pixels = workspace.Take(squares * preprocessing.size * preprocessing.size, 3);
  const View<float> embeddings = workspace.Take(squares * tokens, model.decoder->shape().width);
  Stopwatch watch;
  {
    PROFILE_ZONE(run.profiler, "image.preprocess");
    PreprocessAll(pictures, grids, preprocessing, pixels, run.pool);  // [squares * S * S, 3]
  }
  const double preprocess_ms = watch.Lap();
  if (!run.IsOver()) EncodeSquares(model, pixels, embeddings, workspace, run);  // [squares * t, D]
  if (run.IsOver()) return GivenUp();
  const double encode_ms = watch.Lap();
  std::vector<EncodedImage> images;
  int first = 0;
  for (const PictureLayout& layout : layouts) {
    const int own = layout.grid.pictures();
    images.push_back(Arrange(layout, tokens, embeddings.Rows(first * tokens, own * tokens)));
    first += own;
    const double share = static_cast<double>(own) / squares;
    images.back().timings.preprocess_ms = preprocess_ms * share;
    images.back().timings.encode_ms = encode_ms * share;
    images.back().timings.total_ms = (preprocess_ms + encode_ms) * share;
  }
  return images;
}

Result<EncodedImage> EncodeOne(const Model& model, const Image& picture, double decode_ms,
                               const Run& run) {
  Workspace workspace;
  auto images = EncodePass(model, {&picture, 1}, workspace, run);
  if (!images) return images.error();
  EncodedImage image = std::move(images->front());
  image.timings.decode_ms = decode_ms;
  image.timings.total_ms += decode_ms;
  return image;
}

// Decodes the files as many at a time as the pool has threads.
Result<std::vector<Image>> DecodeFiles(const Model& model, std::size_t first,
                                       std::span<const std::span<const std::byte>> files) {
  std::vector<std::optional<Result<Image>>> decoded(files.size());
  model.pool->ParallelFor(static_cast<int>(files.size()), 1, [&](int begin, int end, int) {
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      decoded[i] = DecodeFile(model, files[i]);
    }
  });
  std::vector<Image> pictures;
  for (std::size_t i = 0; i < decoded.size(); ++i) {
    Result<Image>& picture = *decoded[i];
    if (!picture) {
      return Error{picture.error().code,
                   "picture " + std::to_string(first + i) + ": " + picture.error().message};
    }
    pictures.push_back(*std::move(picture));
  }
  return pictures;
}

}  // namespace

Result<EncodedImage> EncodeFile(const Model& model, std::span<const std::byte> file,
                                Profiler* profiler, const std::function<bool()>& is_over) {
  if (model.eye == nullptr) return NoEye();
  Stopwatch watch;
  const auto picture = [&] {
    PROFILE_ZONE(profiler, "image.decode");
    return DecodeFile(model, file);
  }();
  if (!picture) return picture.error();
  // Asked once more than true: what was true once stays so, whoever comes meanwhile.
  bool was_over = false;
  const std::function<bool()> stays_over = [&] { return was_over = was_over || is_over(); };
  Run run = model.EyeRun(profiler);
  if (is_over != nullptr) run.is_over = &stays_over;
  return EncodeOne(model, *picture, watch.Lap(), run);
}

Result<EncodedImage> EncodePixels(const Model& model, const PixelsView& pixels,
                                  Profiler* profiler) {
  if (model.eye == nullptr) return NoEye();
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
  Image picture;
  picture.width = pixels.width;
  picture.height = pixels.height;
  picture.pixels.assign(pixels.rgb.begin(), pixels.rgb.end());
  return EncodeOne(model, picture, 0, model.EyeRun(profiler));
}

Result<std::vector<EncodedImage>> EncodeFiles(const Model& model,
                                              std::span<const std::span<const std::byte>> files) {
  if (model.eye == nullptr) return NoEye();
  std::vector<EncodedImage> images;
  Workspace workspace;
  const auto per_pass = static_cast<std::size_t>(SquaresPerPass(model));
  for (std::size_t first = 0; first < files.size(); first += per_pass) {
    const auto pass = files.subspan(first, std::min(per_pass, files.size() - first));
    Stopwatch watch;
    const Result<std::vector<Image>> pictures = DecodeFiles(model, first, pass);
    if (!pictures) return pictures.error();
    const double decode_ms = watch.Lap() / static_cast<double>(pass.size());
    auto encoded = EncodePass(model, *pictures, workspace, model.EyeRun(nullptr));
    if (!encoded) return encoded.error();
    for (EncodedImage& image : *encoded) {
      image.timings.decode_ms = decode_ms;
      image.timings.total_ms += decode_ms;
      images.push_back(std::move(image));
    }
  }
  return images;
}

}  // namespace edgevlm
