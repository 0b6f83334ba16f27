#include "engine/vision/shared_image.h"

#include <string>
#include <utility>

#include "base/stopwatch.h"
#include "digest/sha256.h"
#include "edgevlm/probe.h"
#include "engine/vision/encode.h"
#include "image/write_ppm.h"

namespace edgevlm {
namespace {

std::string FileId(std::span<const std::byte> file) {
  Sha256 digest;
  digest.Update(file);
  return digest.HexDigest();
}

}  // namespace

std::string ContentOf(const Model& model, std::string_view file_id, std::string_view scope,
                      const ImageLimits& limits) {
  Sha256 digest;
  const std::string least = std::to_string(limits.min_tokens);
  const std::string most = std::to_string(limits.max_tokens);
  for (const std::string_view part : {std::string_view(model.identity), scope, file_id,
                                      std::string_view(least), std::string_view(most)}) {
    digest.Update(std::as_bytes(std::span(part)));
    digest.Update(std::as_bytes(std::span("", 1)));
  }
  return digest.HexDigest();
}

Result<SharedImage> ShareImage(const EngineState& engine, std::span<const std::byte> file,
                               const ShareOptions& options) {
  ImageCache* const cache = engine.runtime.image_cache.get();
  if (cache == nullptr || engine.model.vision_encoder == nullptr) {
    Result<EncodedImage> image = EncodeFile(
        engine, file,
        {.profiler = options.profiler, .limits = options.limits, .is_over = options.is_over});
    if (!image) return image.error();
    const Timings timings = image->timings;
    return SharedImage{std::make_shared<const EncodedImage>(*std::move(image)), timings};
  }
  Stopwatch watch;
  const std::string file_id = options.file_id.empty() ? FileId(file) : std::string(options.file_id);
  const std::string content = ContentOf(engine.model, file_id, options.scope, options.limits);
  const double digest_ms = watch.Lap();
  const auto is_over = [&] { return options.is_over() && !cache->IsWaitedFor(content); };
  const auto found = cache->Get(content, [&]() -> Result<EncodedImage> {
    const bool may_end = options.is_over != nullptr;
    Result<EncodedImage> image =
        EncodeFile(engine, file,
                   {.profiler = options.profiler,
                    .limits = options.limits,
                    .is_over = may_end ? std::function<bool()>(is_over) : nullptr});
    if (!image) return image;
    image->content = content;
    if (const auto info = ProbeImage(file)) image->file = *info;
    return image;
  });
  if (!found) return found.error();
  SharedImage shared = {found->image, {}, found->is_new};
  if (found->is_new) shared.timings = found->image->timings;
  shared.timings.total_ms += digest_ms;
  return shared;
}

Result<SharedImage> SharePixels(const EngineState& engine, const PixelsView& pixels,
                                const ShareOptions& options) {
  if (auto error = CheckPixels(pixels)) return *error;
  if (engine.runtime.image_cache != nullptr && engine.model.vision_encoder != nullptr) {
    return ShareImage(engine, PpmFile(pixels.width, pixels.height, pixels.rgb), options);
  }
  Result<EncodedImage> image = EncodePixels(engine, pixels, options.profiler);
  if (!image) return image.error();
  const Timings timings = image->timings;
  return SharedImage{std::make_shared<const EncodedImage>(*std::move(image)), timings};
}

std::shared_ptr<const EncodedImage> FindImage(const EngineState& engine, std::string_view file_id,
                                              std::string_view scope, const ImageLimits& limits) {
  ImageCache* const cache = engine.runtime.image_cache.get();
  if (cache == nullptr || engine.model.vision_encoder == nullptr) return nullptr;
  return cache->Find(ContentOf(engine.model, file_id, scope, limits));
}

}  // namespace edgevlm
