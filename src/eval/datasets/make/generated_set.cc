#include "eval/datasets/make/generated_set.h"

#include <algorithm>
#include <array>

namespace edgevlm {
namespace {

constexpr std::array<GeneratedSet, 4> kGeneratedSets = {{
    {"scenes", "images of shapes with questions of six kinds", 100, MakeScenes},
    {"captions", "images of shapes with five captions each", 100, MakeCaptions},
    {"prompts", "texts of 64 to 4096 words with a sentence to find", 35, MakePrompts},
    {"frames", "clips of eight seconds, as folders of images, with an event", 12, MakeFrames},
}};

}  // namespace

std::span<const GeneratedSet> GeneratedSets() { return kGeneratedSets; }

const GeneratedSet* FindGeneratedSet(std::string_view name) {
  const auto* const found = std::ranges::find(kGeneratedSets, name, &GeneratedSet::name);
  return found == kGeneratedSets.end() ? nullptr : found;
}

}  // namespace edgevlm
