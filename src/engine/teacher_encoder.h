// TeacherEncoder: a vision encoder without a language model, such as CLIP's, for training others on
// its features.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/thread_pool.h"
#include "engine/teacher_engine.h"
#include "image/image.h"
#include "model/vision.h"
#include "model/workspace.h"

namespace edgevlm {

// Threads: one at a time.
class TeacherEncoder {
 public:
  // Reads the vision encoder of a GGUF file; a projector or a decoder in it is not read. Computes
  // as an engine with default options does. threads: 0: one per core.
  // Errors: those of Engine::Load; kUnsupported (an encoder of images of any size: its features are
  // no square grid).
  static Result<TeacherEncoder> Load(const std::string& path, int threads);

  // As TeacherEngine's, for the file.
  const std::string& identity() const { return identity_; }
  bool keeps_proportions() const;

  // The features of the whole image as one input. `encoded` is null: there is no projector.
  TeacherImage Encode(const Image& image, bool with_attention);

 private:
  TeacherEncoder(std::unique_ptr<const VisionEncoder> encoder, std::string identity, int threads);

  std::unique_ptr<const VisionEncoder> encoder_;
  std::string identity_;
  std::unique_ptr<ThreadPool> pool_;
  Workspace workspace_;
};

}  // namespace edgevlm
