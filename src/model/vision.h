// VisionEncoder: computes the features of preprocessed images.
#pragma once

#include "image/preprocess.h"
#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

struct VisionShape {
  Preprocessing preprocessing;     // that the images need before Encode; size is S
  int tokens = 0;                  // P: rows of features per image
  int width = 0;                   // E
  long long workspace_values = 0;  // that Encode uses for one image, approximately
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

  // Encodes n images at once. An image's features have the same bits whatever the other images are.
  //   pixels  [n * S * S, 3], as Preprocess writes them, image after image
  // REQUIRES: n >= 1, and no scores wanted unless has_scores(). Uses and releases memory of
  // `workspace` on top of what is allocated there.
  virtual void Encode(View<const float> pixels, const EncodedImages& encoded, Workspace& workspace,
                      const Run& run) const = 0;

 protected:
  explicit VisionEncoder(const VisionShape& shape) : shape_(shape) {}

 private:
  VisionShape shape_;
};

}  // namespace edgevlm
