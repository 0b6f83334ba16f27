// Labels: the label of an image as JSON (docs/datasets.md).
#pragma once

#include <nlohmann/json.hpp>
#include <random>

#include "train/scenes/scene.h"
#include "train/text_templates/wordings.h"

namespace edgevlm::train {

// {"things":    [{"name": "circle", "count": 2, "colour": "red"},
//                {"name": "display", "count": 1, "reads": "427"}],     one per group, left to right
//  "captions":  ["two red circles to the left of a display that reads 4 2 7", ...],
//  "questions": [{"kind": "count", "question": "how many circles are there?", "answer": "two"},
//  ...]}
//
// `captions` and `questions` are the maximum numbers; all texts are different. "colour" for shapes,
// "reads" for displays.
nlohmann::json Labels(const Scene& scene, int captions, int questions, Wording wording,
                      std::mt19937_64& rng);

}  // namespace edgevlm::train
