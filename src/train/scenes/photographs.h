// Photographs: backgrounds for scenes. They must not show anything that ThingNames() has.
#pragma once

#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"
#include "train/scenes/background.h"
#include "train/scenes/canvas.h"

namespace edgevlm::train {

// The images of a folder (JPEG, PNG, WebP), by name, each scaled down to 480 pixels on its longer
// side. Errors: kNotFound (no such folder, or none in it), those of Decode.
Result<std::vector<Image>> LoadPhotographs(const std::string& folder);

// Fills the canvas with a random part of one of the photographs: of some drawn parts, the one whose
// mean color differs most from the avoided ones, with its contrast lowered. Mirrored or not. About
// 1 ms. REQUIRES: not empty.
void DrawPhotograph(std::span<const Image> photographs, std::span<const Avoided> avoided,
                    std::mt19937_64& rng, Canvas& canvas);

}  // namespace edgevlm::train
