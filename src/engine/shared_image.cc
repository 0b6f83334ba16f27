#include "engine/shared_image.h"

#include <string>
#include <utility>

#include "digest/sha256.h"
#include "engine/encode.h"
#include "engine/stopwatch.h"

namespace edgevlm {
namespace {

// What the embeddings depend on: how the model sees, and the file's bytes. The identity holds the
// model with its preprocessing, and the options.
std::string ContentOf(const Model& model, std::span<const std::byte> file) {
  Sha256 digest;
  digest.Update(std::as_bytes(std::span(model.identity)));
  digest.Update(file);
  return digest.Finish();
}

}  // namespace

Result<SharedImage> ShareImage(const Model& model, std::span<const std::byte> file,
                               Profiler* profiler) {
  if (model.images == nullptr || model.eye == nullptr) {
    Result<EncodedImage> image = EncodeFile(model, file, profiler);
    if (!image) return image.error();
    const Timings timings = image->timings;
    return SharedImage{std::make_shared<const EncodedImage>(*std::move(image)), timings};
  }
  Stopwatch watch;
  const std::string content = ContentOf(model, file);
  const double digest_ms = watch.Lap();
  const auto found = model.images->Get(content, [&]() -> Result<EncodedImage> {
    Result<EncodedImage> image = EncodeFile(model, file, profiler);
    if (image) image->content = content;
    return image;
  });
  if (!found) return found.error();
  SharedImage shared = {found->image, {}};
  if (found->is_new) shared.timings = found->image->timings;
  shared.timings.total_ms += digest_ms;
  return shared;
}

}  // namespace edgevlm
