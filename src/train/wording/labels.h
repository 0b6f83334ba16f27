// Labels: what an image's side file says about it, for training and for scoring.
#pragma once

#include <nlohmann/json.hpp>
#include <random>

#include "train/scenes/scene.h"

namespace edgevlm::train {

// {"things":    [{"name": "circle", "count": 2, "color": "red"},
//                {"name": "display", "count": 1, "reads": "427"}],     one per group, left to right
//  "captions":  ["two red circles to the left of a display that reads 4 2 7", ...],
//  "questions": [{"kind": "count", "question": "how many circles are there?", "answer": "two"},
//  ...]}
//
// At most so many captions and questions, all different; "color" for shapes and "reads" for
// displays.
nlohmann::json Labels(const Scene& scene, int captions, int questions, std::mt19937_64& rng);

}  // namespace edgevlm::train
