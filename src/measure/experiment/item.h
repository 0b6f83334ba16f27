// Item: one row of a manifest, ready to be given to a model.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "eval/datasets/manifest.h"
#include "measure/experiment/setup.h"

namespace edgevlm {

struct Item {
  std::string id;
  std::vector<std::vector<std::byte>> images;  // files; of a video its chosen frames
  std::string text;                            // of a text file
  std::string question;
  std::vector<std::string> answers;  // all right; empty: none is known
  std::vector<std::string> choices;
};

// A question with choices ends with them, a line each with its letter, and asks for the letter.
// Reads the row's file as the request wants it: scaled, stretched, so many frames of a folder,
// evenly spread. Errors, which name the file: kNotFound, kIo, those of image/decode.h; kUnsupported
// (sound, videos other than folders of frames), kInvalid (fewer frames in the folder, several
// frames of one image).
Result<Item> ReadItem(const Manifest& manifest, const ManifestRow& row,
                      const RequestSetup& request);

}  // namespace edgevlm
