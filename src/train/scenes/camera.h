// Simulates a camera: light, exposure, white balance, blur, noise and JPEG.
#pragma once

#include <cstdint>
#include <random>

#include "image/image.h"
#include "train/scenes/canvas.h"

namespace edgevlm::train {

struct CameraLook {
  float light_x = 0;     // relative change of brightness from the left edge to the right
  float light_y = 0;     // and from the top to the bottom
  float brightness = 1;  // factor
  float contrast = 1;    // factor, around mid gray
  float gamma = 1;
  Rgb white = {1, 1, 1};         // factors
  float blur_sigma = 0;          // pixels, at most 2
  float noise_sigma = 0;         // of 255
  int jpeg_quality = 0;          // 1 to 100; 0 means no JPEG
  bool jpeg_subsampled = false;  // 4:2:0 instead of 4:4:4
  std::uint64_t noise_seed = 0;
};

// Random settings, as varied as those of phones, but never so strong that a color changes its name.
CameraLook AnyCamera(std::mt19937_64& rng);

// Settings of a worse camera in worse light: darker, noisier, more blurred.
CameraLook PoorCamera(std::mt19937_64& rng);

// Applies the settings to the canvas. About 1 ms for 280 x 280 pixels, half of it JPEG.
Image Photograph(const CameraLook& look, Canvas& canvas);

}  // namespace edgevlm::train
