// Reads the weights of MobileNetV3 from a file. Only mobilenet_v3.cc includes this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/conv/conv.h"
#include "model/layers.h"
#include "model/vision.h"
#include "model/weight_reader.h"

namespace edgevlm {

inline constexpr Window kStemWindow = {.kernel = 3, .stride = 2};
inline constexpr int kColors = 3;

// Hu et al. 2017, "Squeeze-and-Excitation Networks".
struct Squeeze {
  Linear reduce;  // [R, X]
  Linear expand;  // [X, R]
  std::string zone;
};

// One bottleneck: Cin channels on a grid of side x side cells -> X -> Cout channels.
struct Bottleneck {
  int side = 0;      // of the input
  int side_out = 0;  // of the output
  Activation activation = Activation::kRelu;
  std::optional<Linear> expand;  // [X, Cin]
  std::string depthwise_zone;
  Window window;
  std::vector<float> taps;            // [kernel * kernel, X]
  std::vector<float> depthwise_bias;  // [X]
  std::optional<Squeeze> squeeze;
  Linear project;  // [Cout, X]
  bool has_residual = false;

  int channels() const { return project.weight.inputs(); }  // X
};

struct MobileNetWeights {
  std::string stem_zone;
  Weight stem;                   // PackConv2d of [C, 3, 3, 3]
  std::vector<float> stem_bias;  // [C]
  std::vector<Bottleneck> blocks;
  Linear head;  // [E, C]
};

struct MobileNetV3Parts {
  VisionShape shape;
  MobileNetWeights weights;
};

// Reads, checks and packs. A failure stays in the reader; the parts are then undefined.
MobileNetV3Parts ReadMobileNetV3(WeightReader& reader);

}  // namespace edgevlm
