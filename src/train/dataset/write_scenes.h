// WriteScenes: writes scenes to a folder, as images and labels for `edgevlm eval`
// (docs/datasets.md).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "train/scenes/compose.h"
#include "train/scenes/glyphs.h"
#include "train/text_templates/wordings.h"

namespace edgevlm::train {

struct SceneOptions {
  std::string out;    // folder; created if needed
  GlyphFiles glyphs;  // with styles, every scene is varied and in one of them
  int count = 48;
  int max_things = 5;
  int captions = 3;  // per image, at most
  int questions = 8;
  std::uint64_t seed = 1;
  bool instruments = false;  // in every scene that has space for one (compose.h)
  bool displays = false;     // the same of a display, with digits as small as in training
  Split split = Split::kTrain;
  Wording wording = Wording::kPlain;
};

// OUT/000000.png ..., OUT/labels.jsonl, and OUT/sheet.png: the first 48 images side by side, each
// at 160 pixels. The same options give the same files. Errors: kNotFound (font), kIo, kInvalid.
MaybeError WriteScenes(const SceneOptions& options);

}  // namespace edgevlm::train
