// Sample and Batch: images with their grid targets and texts, as tensors for the model.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "image/preprocess.h"
#include "tokenizer/tokenizer.h"
#include "train/data/grid_targets.h"
#include "train/data/text_rows.h"
#include "train/distil/teaching.h"
#include "train/scenes/compose.h"
#include "train/scenes/glyphs.h"
#include "train/text_templates/wordings.h"
#include "train/torch.h"

namespace edgevlm::train {

// The kinds of text, indexed by TokenSpan::kind: "caption" first, then those of questions.h.
inline constexpr std::array<const char*, 20> kTextKinds = {
    "caption", "what",         "count",      "colour",   "where",    "leftright", "abovebelow",
    "exists",  "display",      "list",       "describe", "size",     "check",     "compare",
    "absent",  "unanswerable", "noquestion", "two",      "followup", "reading"};

// The preprocessing that the built-in model is trained with; it is stored in the model's file.
Preprocessing BuiltinPreprocessing(int image_side);

// Of training scenes, if there are glyphs of several styles. The rest keeps the model good at what
// the first one knew.
inline constexpr float kVariedFraction = 0.65f;
inline constexpr float kStylizedFraction = 0.6f;  // of these
inline constexpr float kDisplayFraction = 0.3f;
inline constexpr float kSmallDisplayFraction = 0.5f;

struct SampleOptions {
  int image_side = 160;
  int grid = 10;
  int captions = 2;  // number of texts to generate; those that do not fit are dropped
  int questions = 24;
  int rows = 3;     // M
  int length = 88;  // L: nearly all text positions of the context
  // Fraction of the scenes whose shapes have colors without a name, and which therefore have no
  // texts: the vision encoder should recognize a shape by its outline, in any color.
  float nameless = 0;
  // Fraction of the scenes that are drawn with more kinds of looks (Scene::varied).
  float varied = 0;
  // Fraction of the varied scenes whose emoji are stylized (Scene::stylized).
  float stylized = 0;
  // Of varied scenes: how many have an instrument, a display, small displays (ComposeOptions).
  float instruments = 0;
  float displays = ComposeOptions().displays;
  float small_displays = 0;
  Split split = Split::kTrain;
  Wording wording = Wording::kTrained;
};

// The index of a kind in kTextKinds; nothing if it is none of them.
std::optional<int> FindTextKind(std::string_view kind);

// The loss weight of the tokens of a reply, by the kind of its text.
float TextWeight(std::string_view kind);

// An image with its texts, from which a sample is made.
struct Example {
  std::string name = {};  // of its file; empty for scenes
  Image image;
  std::optional<Scene> scene = {};  // that the image shows; none for files
  std::vector<Text> texts = {};     // without their mentions
};

// Composes and draws a scene and generates its texts. All randomness comes from rng. About 3 ms.
// Threads: any number, with a separate rng each.
Example MakeExample(const SampleOptions& options, const Glyphs& glyphs, std::mt19937_64& rng);

struct Sample {
  std::vector<float> pixels;  // [S * S, 3], normalized
  GridTargets grid;
  bool has_grid = true;  // else the image is no scene, and nothing is known about its cells
  TextRows texts;
  std::shared_ptr<const Teaching> teaching = nullptr;  // null: there is no teacher
};

// Threads: any number, with a separate pool each.
Sample MakeSample(const SampleOptions& options, Example example, const Tokenizer& tokenizer,
                  ThreadPool& pool);

// MakeSample of MakeExample.
Sample MakeSample(const SampleOptions& options, const Glyphs& glyphs, const Tokenizer& tokenizer,
                  std::mt19937_64& rng, ThreadPool& pool);

struct Batch {
  torch::Tensor images;                                    // [B, 3, S, S], channels last in memory
  torch::Tensor cover, color, digit, number;               // [B, P] int64, as GridTargets
  torch::Tensor weights;                                   // [B, M, L], loss weights of the labels
  torch::Tensor center;                                    // [B, P]
  torch::Tensor reading;                                   // [B, P, kMaxDigits] int64
  torch::Tensor box, pointers;                             // [B, P, 4]
  torch::Tensor ids, positions, labels;                    // [B, M, L] int64
  torch::Tensor mentions;                                  // [B, M, L] int64, as TextRows::mentions
  torch::Tensor earlier;                                   // [B, M, L] int64, as TextRows::earlier
  torch::Tensor text_starts;                               // [B, M, L] int32, as TextRows::starts
  std::vector<std::vector<TokenSpan>> spans;               // of each image
  bool has_grid = true;                                    // as Sample::has_grid, of all images
  std::vector<std::shared_ptr<const Teaching>> teachings;  // of each image; empty: no teacher
};

Batch Stack(std::span<const Sample> samples, const SampleOptions& options);

// The first images of a batch, as views. REQUIRES: 1 <= images <= the batch's.
Batch FirstOf(const Batch& batch, std::int64_t images);

}  // namespace edgevlm::train
