// Images that sessions share through the cache.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/engine_state.h"

namespace edgevlm {

struct SharedImage {
  std::shared_ptr<const EncodedImage> image;
  Timings timings;  // of the work done for it now
  bool is_new = true;
};

struct ShareOptions {
  Profiler* profiler = nullptr;
  std::string_view scope = {};    // images are shared within one scope only
  ImageLimits limits = {};        // where 0, the model's
  std::string_view file_id = {};  // the file's SHA-256 in hexadecimal; empty: not known yet
  // Called between two blocks of the vision encoder: true cancels, unless another caller waits for
  // the image.
  std::function<bool()> is_over = {};
};

// What the embeddings of an image depend on: the model, the scope, the limits and the file's bytes,
// as a digest. The model's identity covers its preprocessing and the options. The parts are
// separated by a zero byte, which none of them contains.
std::string ContentOf(const Model& model, std::string_view file_id, std::string_view scope,
                      const ImageLimits& limits);

// An image file's embeddings: from the model's image cache if it has them; else encoded now.
// Errors: as for EncodeFile.
Result<SharedImage> ShareImage(const EngineState& engine, std::span<const std::byte> file,
                               const ShareOptions& options = {});

// The same for pixels, which the cache knows as a PPM file. Errors: as for EncodePixels.
Result<SharedImage> SharePixels(const EngineState& engine, const PixelsView& pixels,
                                const ShareOptions& options = {});

// Only looks up a cached image, by its file's SHA-256. Null if there is none.
std::shared_ptr<const EncodedImage> FindImage(const EngineState& engine, std::string_view file_id,
                                              std::string_view scope,
                                              const ImageLimits& limits = {});

}  // namespace edgevlm
