// CorpusTexts: the texts from which the vocabulary is learned.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "train/scenes/scene.h"

namespace edgevlm::train {

// For every scene a caption and some questions and answers, each as a separate text, as the model
// gets them between special tokens. The same scenes and seed give the same texts.
std::vector<std::string> CorpusTexts(std::span<const Scene> scenes, std::uint64_t seed);

}  // namespace edgevlm::train
