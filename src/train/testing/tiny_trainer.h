// Toy-sized vocabulary, model, texts and batches that need no font. For tests.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"
#include "train/data/sample.h"
#include "train/model/vlm.h"
#include "train/torch.h"
#include "train/vocabulary/train_bpe.h"

namespace edgevlm::train {

inline constexpr int kTinyThings = 3;

// One token per byte, so the token count of a text is obvious.
inline Vocabulary TinyVocabulary() { return TrainBpe({}, 256 + kSpecialTokens.size()); }

inline Tokenizer TinyTokenizer() {
  Result<Tokenizer> tokenizer = Tokenizer::Create(TinyVocabulary());
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

inline SampleOptions TinySamples() {
  return {.image_side = 32, .grid = 2, .captions = 1, .questions = 2, .rows = 3, .length = 20};
}

inline VlmShape TinyShape() {
  return {
      .image_side = 32,
      .features = 8,
      .things = kTinyThings,
      .decoder = {
          .width = 16, .heads = 2, .blocks = 2, .vocabulary = 261, .context = 32, .exits = {1}}};
}

// A model with weights from the seed. Sets LibTorch to one thread.
inline Vlm TinyModel(std::uint64_t seed, const VlmShape& shape = TinyShape()) {
  torch::set_num_threads(1);
  torch::manual_seed(seed);
  return Vlm(shape);
}

// Gives the batch norms non-trivial statistics, gains and offsets.
inline void ShakeBatchNorms(Vlm& model) {
  const torch::NoGradGuard no_grad;
  for (const auto& module : model->modules()) {
    auto* norm = module->as<torch::nn::BatchNorm2d>();
    if (norm == nullptr) continue;
    norm->weight.uniform_(-1.5, 1.5);
    norm->bias.uniform_(-1.0, 1.0);
    norm->running_mean.uniform_(-1.0, 1.0);
    norm->running_var.uniform_(0.05, 4.0);
  }
}

// Texts that fill the rows of TinySamples() unevenly; the last one fits nowhere.
inline std::vector<Text> TinyTexts(std::uint64_t seed) {
  const std::string word = std::to_string(seed % 10);
  return {{0, "", "a red " + word}, {1, "who", "cat " + word}, {2, "n?", word},
          {3, "c", "blue"},         {4, "at?", "top"},         {5, "which of all these?", "it"}};
}

inline Sample TinySample(std::uint64_t seed) {
  const SampleOptions options = TinySamples();
  std::mt19937_64 rng(seed);
  std::normal_distribution<float> normal;
  const auto cells = static_cast<std::size_t>(options.grid * options.grid);
  const auto draw = [&](int low, int high) {
    std::vector<std::int64_t> values(cells);
    for (std::int64_t& value : values) {
      value = low + static_cast<std::int64_t>(rng() % static_cast<unsigned>(high - low));
    }
    return values;
  };
  Sample sample;
  sample.pixels.resize(static_cast<std::size_t>(options.image_side * options.image_side * 3));
  for (float& value : sample.pixels) value = normal(rng);
  sample.grid = {.cover = draw(0, 1 + kTinyThings),
                 .color = draw(-1, 10),
                 .digit = draw(0, 11),
                 .number = draw(0, 6),
                 .center = std::vector<float>(cells),
                 .box = std::vector<float>(cells * 4, 0.25f),
                 .reading = std::vector<std::int64_t>(cells * kMaxDigits, -1),
                 .pointers = std::vector<float>(cells * 4)};
  sample.grid.center[seed % cells] = 1.0f;
  sample.grid.reading[seed % cells * kMaxDigits] = 1;
  sample.grid.pointers[seed % cells * 4] = 1.0f;
  sample.texts = PackTexts(TinyTexts(seed), TinyTokenizer(), options.rows, options.length,
                           options.grid * options.grid);
  return sample;
}

inline Batch TinyBatch(int images, std::uint64_t seed) {
  std::vector<Sample> samples;
  for (int i = 0; i < images; ++i) samples.push_back(TinySample(seed * 100 + i));
  return Stack(samples, TinySamples());
}

}  // namespace edgevlm::train
