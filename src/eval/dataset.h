// Dataset: labeled images in a folder (format: docs/datasets.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// Things of one kind in an image, as its label says.
struct LabeledThing {
  std::string name;   // singular: "dog", "hot dog"
  int count = 1;      // at least 1
  std::string color;  // "red", or empty: not said
  std::string reads;  // the digits of a display, "427", or empty
};

struct LabeledQuestion {
  std::string kind;  // "count", "where", ...: scored kind by kind; "other" when not said
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

// Reads FOLDER/labels.jsonl; the images themselves are not looked at. limit: how many images to
// take from the start; 0 takes all. A dataset has at least one image.
// Errors: kNotFound, kCorrupt (names the line, from 1), kTooLarge (a file over 1 GiB).
Result<Dataset> LoadDataset(const std::string& folder, int limit);

// One line of labels.jsonl. Unknown fields are ignored; only "image" must be there.
// Errors: kCorrupt, names the field: "things: expected an array". An image outside of the folder
// (an absolute path, or one with "..") is kCorrupt too.
Result<LabeledImage> ParseLabel(std::string_view line);

}  // namespace edgevlm
