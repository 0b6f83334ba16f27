#include "train/dataset/write_scenes.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "base/thread_pool.h"
#include "image/preprocess.h"
#include "image/resize.h"
#include "image/write.h"
#include "train/scenes/draw.h"
#include "train/scenes/random.h"
#include "train/text_templates/labels.h"

namespace edgevlm::train {
namespace {

constexpr int kSheetColumns = 8;
constexpr int kSheetImages = 48;
constexpr int kSheetSide = 160;

// A contact sheet of small images.
class Sheet {
 public:
  explicit Sheet(int images)
      : sheet_(kSheetColumns * kSheetSide,
               (std::min(images, kSheetImages) + kSheetColumns - 1) / kSheetColumns * kSheetSide) {}

  void Add(const Image& image) {
    if (count_ == kSheetImages) return;
    const Letterbox box = FitInto(image.width, image.height, kSheetSide);
    const Image small = Resize(image, box.width, box.height, Filter::kBicubic, pool_);
    const int left = count_ % kSheetColumns * kSheetSide + box.left;
    const int top = count_ / kSheetColumns * kSheetSide + box.top;
    for (int y = 0; y < small.height; ++y) {
      std::copy_n(small.Row(y), small.width * 3, sheet_.Row(top + y) + left * 3);
    }
    ++count_;
  }
  const Image& image() const { return sheet_; }

 private:
  ThreadPool pool_{1};
  Image sheet_;
  int count_ = 0;
};

}  // namespace

MaybeError WriteScenes(const SceneOptions& options) {
  if (options.count < 1 || options.count > 1000000) {
    return Error{ErrorCode::kInvalid,
                 "--count: expected 1 to 1000000, found " + std::to_string(options.count)};
  }
  if (options.max_things < 1 || options.max_things > 5) {
    return Error{ErrorCode::kInvalid,
                 "--things: expected 1 to 5, found " + std::to_string(options.max_things)};
  }
  const Result<Glyphs> glyphs = Glyphs::Load(options.glyphs);
  if (!glyphs) return glyphs.error();
  std::error_code failure;
  std::filesystem::create_directories(options.out, failure);
  if (failure) return Error{ErrorCode::kIo, options.out + ": " + failure.message()};

  std::mt19937_64 rng(options.seed);
  std::ofstream labels(options.out + "/labels.jsonl");
  Sheet sheet(options.count);
  for (int i = 0; i < options.count; ++i) {
    Scene scene = Compose({.split = options.split,
                           .max_things = options.max_things,
                           .instruments = options.instruments ? 1.0f : 0.0f,
                           .displays = options.displays ? 1.0f : ComposeOptions().displays,
                           .small_displays = options.displays ? 1.0f : 0.0f},
                          rng);
    scene.varied = glyphs->styles() > 1;
    if (scene.varied) scene.style = 1 + UniformInt(rng, glyphs->styles() - 1);
    const Image image = Draw(scene, *glyphs);
    char name[32];
    std::snprintf(name, sizeof(name), "%06d.png", i);
    if (auto error = WritePng(options.out + "/" + name, image)) return error;
    nlohmann::json line = Labels(scene, options.captions, options.questions, options.wording, rng);
    line["image"] = name;
    labels << line.dump() << "\n";
    sheet.Add(image);
  }
  labels.close();
  if (!labels) return Error{ErrorCode::kIo, options.out + "/labels.jsonl: cannot be written"};
  return WritePng(options.out + "/sheet.png", sheet.image());
}

}  // namespace edgevlm::train
