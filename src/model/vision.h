// VisionEncoder: computes the features of preprocessed images.
#pragma once

#include "image/preprocess.h"
#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

struct VisionShape {
  Preprocessing preprocessing;     // that the images need before Encode; size is S
  bool has_any_size = false;       // images keep their shape; else all are S x S
  int tokens = 0;                  // P: rows of features per image; 0 if that depends on its size
  int width = 0;                   // E
  long long workspace_values = 0;  // that Encode uses for one image, approximately; likewise
};

// The inputs of Encode: n images of one size, as Preprocess writes them, image after image.
struct InputImages {
  InputImages(View<const float> images, ImageSize image_size = {})
      : pixels(images), size(image_size) {}
  InputImages(View<float> images) : pixels(images) {}

  View<const float> pixels;  // [n * height * width, 3]
  ImageSize size;            // of each; empty: S x S
  // Of a video, the second frame of each pair, which an encoder with has_any_size reads together;
  // empty: still images.
  View<const float> second_frames = {};
};

// The outputs of Encode.
struct EncodedImages {
  EncodedImages(View<float> rows) : features(rows) {}
  EncodedImages(View<float> rows, View<float> attention) : features(rows), scores(attention) {}

  View<float> features;  // [n * P, E]
  // [n, P], or empty if not wanted: the attention that each feature's patch receives; the sum is at
  // most 1 per image.
  View<float> scores;
};

// Threads: const methods from any number of threads, each with its own workspace.
class VisionEncoder {
 public:
  virtual ~VisionEncoder() = default;

  const VisionShape& shape() const { return shape_; }

  // Whether Encode can compute scores.
  virtual bool has_scores() const { return false; }

  // P of an image of this size, and the values of the workspace that Encode uses for it,
  // approximately. Encoders of one size ignore it.
  virtual int Features(ImageSize) const { return shape_.tokens; }
  virtual long long WorkspaceValues(ImageSize) const { return shape_.workspace_values; }

  // Encodes n images at once. An image's features have the same bits whatever the other images are.
  // REQUIRES: n >= 1, and no scores wanted unless has_scores(). Uses and releases memory of
  // `workspace` on top of what is allocated there.
  virtual void Encode(const InputImages& images, const EncodedImages& encoded, Workspace& workspace,
                      const Run& run) const = 0;

 protected:
  explicit VisionEncoder(const VisionShape& shape) : shape_(shape) {}

 private:
  VisionShape shape_;
};

}  // namespace edgevlm
