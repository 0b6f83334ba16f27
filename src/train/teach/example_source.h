// ExampleSource: the images and texts of a data set, by their number.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "train/data/sample.h"

namespace edgevlm::train {

// Threads: const methods from any thread.
class ExampleSource {
 public:
  virtual ~ExampleSource() = default;

  virtual std::uint64_t size() const = 0;  // at least 1

  // The same number gives the same example. Texts of an image without labels are empty.
  // REQUIRES: number < size(). Errors: of the image's file, with its path.
  virtual Result<Example> Read(std::uint64_t number) const = 0;

  // Tells data sets apart by their content, wherever they lie: scenes by seed and number, files by
  // their names within the data set, sizes and texts. Cost: looks up every file.
  virtual std::string Identity() const = 0;

  // Captions, questions and answers that were empty, and so left out.
  virtual std::uint64_t empty_texts() const { return 0; }
};

struct ExampleOptions {
  // One of:
  //   scenes:SEED:COUNT   scenes of the trainer
  //   FILE.csv            a manifest (docs/datasets.md); its images
  //   FILE.json           COCO captions or LLaVA's conversations, with the images beside the file,
  //                       or in a folder beside it or above it
  //   FOLDER              with labels.jsonl (as edgevlm-train scenes writes it), with manifest.csv,
  //                       or with images alone
  std::string data;
  int texts = 8;  // of an image, at most; those of files are the first ones
};

// glyphs: for scenes; must outlive the source. Reads the labels, but no image.
// Errors: kInvalid, kNotFound, kCorrupt (labels; names the file and the place).
Result<std::unique_ptr<ExampleSource>> OpenExamples(const ExampleOptions& options,
                                                    const Glyphs& glyphs);

}  // namespace edgevlm::train
