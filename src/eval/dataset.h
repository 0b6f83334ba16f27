// Dataset: labeled images in a folder (format: docs/datasets.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// The things of one kind in an image, according to its label.
struct LabeledThing {
  std::string name;   // singular: "dog", "hot dog"
  int count = 1;      // at least 1
  std::string color;  // "red", or empty if the label has none
  std::string reads;  // the digits of a display, "427", or empty
};

struct LabeledQuestion {
  std::string kind;  // "count", "where", ...: scored separately; "other" if the label has none
  std::string question;
  std::string answer;
};

struct LabeledImage {
  std::string image;  // file name inside the folder
  std::vector<LabeledThing> things;
  std::vector<std::string> captions;
  std::vector<LabeledQuestion> questions;
};

struct Dataset {
  std::string folder;
  std::vector<LabeledImage> images;  // in the order of the file
};

// Reads FOLDER/labels.jsonl, but not the images. limit: maximum number of images, from the start; 0
// means all. A dataset has at least one image.
// Errors: kNotFound, kCorrupt (names the line, from 1), kTooLarge (a file over 1 GiB).
Result<Dataset> LoadDataset(const std::string& folder, int limit);

// Parses one line of labels.jsonl. Unknown fields are ignored; only "image" is required.
// Errors: kCorrupt, names the field: "things: expected an array". A path outside of the folder (an
// absolute path, or one with "..") is kCorrupt too.
Result<LabeledImage> ParseLabel(std::string_view line);

}  // namespace edgevlm
