// Images as sessions share them.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "engine/engine_state.h"

namespace edgevlm {

struct SharedImage {
  std::shared_ptr<const EncodedImage> image;
  Timings timings;  // of what had to be done for it now
  bool is_new = true;
};

struct ShareOptions {
  Profiler* profiler = nullptr;
  std::string_view scope = {};    // images of one scope are not found from another
  std::string_view file_id = {};  // the file's SHA-256 in hexadecimal; empty: not known yet
  // Asked between two blocks of the vision encoder: true gives up, unless somebody else waits for
  // the image.
  std::function<bool()> is_over = {};
};

// An image file's embeddings: the model's, if it holds images by their content and has this one;
// else encoded now. Errors: as for EncodeFile.
Result<SharedImage> ShareImage(const EngineState& engine, std::span<const std::byte> file,
                               const ShareOptions& options = {});

// One that the model holds, by its file's SHA-256. Null if it does not.
std::shared_ptr<const EncodedImage> HeldImage(const EngineState& engine, std::string_view file_id,
                                              std::string_view scope);

}  // namespace edgevlm
