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

// Pictures per pass: enough for the matrices to be read once for several.
constexpr long long kMaxPictures = 8;

std::size_t PicturesPerPass(const Model& model) {
  const long long fitting = ModelLimits::kWorkspaceValues / model.eye->shape().workspace_values;
  return static_cast<std::size_t>(std::clamp(fitting, 1LL, kMaxPictures));
}

Result<Image> DecodeFile(const Model& model, std::span<const std::byte> file) {
  return Decode(file, DecodeLimits(), model.eye->shape().preprocessing.size);
}

std::vector<EncodedImage> Split(View<const float> embeddings, std::size_t count) {
  std::vector<EncodedImage> images(count);
  const int tokens = embeddings.rows / static_cast<int>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const View<const float> own = embeddings.Rows(static_cast<int>(i) * tokens, tokens);
    images[i] = {.tokens = tokens, .width = own.cols, .values = {}, .timings = {}};
    images[i].values.assign(own.data, own.data + std::ptrdiff_t{tokens} * own.cols);
  }
  return images;
}

// One pass; n pictures.
std::vector<EncodedImage> EncodePass(const Model& model, std::span<const Image> pictures,
                                     Workspace& workspace, Profiler* profiler) {
  const Run run = {.pool = *model.pool, .profiler = profiler};
  const VisionShape& eye = model.eye->shape();
  const int n = static_cast<int>(pictures.size());
  const int size = eye.preprocessing.size;
  workspace.Clear();
  const View<float> pixels = workspace.Take(n * size * size, 3);
  const View<float> features = workspace.Take(n * eye.tokens, eye.width);
  const View<float> embeddings =
      workspace.Take(n * model.projector->Tokens(eye.tokens), model.decoder->shape().width);
  Stopwatch watch;
  {
    PROFILE_ZONE(profiler, "image.preprocess");
    PreprocessAll(pictures, eye.preprocessing, pixels, run.pool);  // [n * S * S, 3]
  }
  const double preprocess_ms = watch.Lap();
  {
    PROFILE_ZONE(profiler, "vision");
    model.eye->Encode(pixels, features, workspace, run);  // [n * P, E]
  }
  {
    PROFILE_ZONE(profiler, "projector");
    model.projector->Project(features, embeddings, workspace, run);  // [n * P', D]
  }
  std::vector<EncodedImage> images = Split(embeddings, pictures.size());
  const double encode_ms = watch.Lap();
  for (EncodedImage& image : images) {
    image.timings.preprocess_ms = preprocess_ms / n;
    image.timings.encode_ms = encode_ms / n;
    image.timings.total_ms = (preprocess_ms + encode_ms) / n;
  }
  return images;
}

Result<EncodedImage> EncodeOne(const Model& model, const Image& picture, double decode_ms,
                               Profiler* profiler) {
  Workspace workspace;
  EncodedImage image = std::move(EncodePass(model, {&picture, 1}, workspace, profiler).front());
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
                                Profiler* profiler) {
  Stopwatch watch;
  const auto picture = [&] {
    PROFILE_ZONE(profiler, "image.decode");
    return DecodeFile(model, file);
  }();
  if (!picture) return picture.error();
  return EncodeOne(model, *picture, watch.Lap(), profiler);
}

Result<EncodedImage> EncodePixels(const Model& model, const PixelsView& pixels,
                                  Profiler* profiler) {
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
  return EncodeOne(model, picture, 0, profiler);
}

Result<std::vector<EncodedImage>> EncodeFiles(const Model& model,
                                              std::span<const std::span<const std::byte>> files) {
  std::vector<EncodedImage> images;
  Workspace workspace;
  const std::size_t per_pass = PicturesPerPass(model);
  for (std::size_t first = 0; first < files.size(); first += per_pass) {
    const auto pass = files.subspan(first, std::min(per_pass, files.size() - first));
    Stopwatch watch;
    const Result<std::vector<Image>> pictures = DecodeFiles(model, first, pass);
    if (!pictures) return pictures.error();
    const double decode_ms = watch.Lap() / static_cast<double>(pass.size());
    for (EncodedImage& image : EncodePass(model, *pictures, workspace, nullptr)) {
      image.timings.decode_ms = decode_ms;
      image.timings.total_ms += decode_ms;
      images.push_back(std::move(image));
    }
  }
  return images;
}

}  // namespace edgevlm
