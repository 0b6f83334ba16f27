// Measurement: the times of repeated runs of a benchmark.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

struct Measurement {
  std::string test;      // "img", "snd5", "pp256", "tg32", "tg32x4", "tg32e50", "cap", "capx8"
  int image_tokens = 0;  // P if an image is encoded; those of a sound
  int prompt_tokens = 0;
  int generated_tokens = 0;              // mean, rounded
  std::vector<std::int64_t> samples_ns;  // one per repetition, in order
  std::vector<double> samples_ts;        // tokens per second, likewise; which tokens count depends
                                         // on the test
};

struct Spread {
  double mean = 0;
  double stddev = 0;  // of the sample (n - 1); 0 for one value
  double median = 0;
  double min = 0;
  double max = 0;
};

// REQUIRES: values is not empty.
Spread SpreadOf(std::span<const double> values);
Spread SpreadOf(std::span<const std::int64_t> values);

// A prompt for benchmarks: tokens of the vocabulary, the same every time.
std::vector<int> RandomTokens(const Engine& engine, int count);

// Each runs once to warm up, then `repetitions` times.
//
// img: one image file through decoding, vision encoder and projector; counts the image's tokens.
Result<Measurement> MeasureImage(const Engine& engine, std::span<const std::byte> image,
                                 int repetitions);
// sndN: a sound of N seconds that is made here, through spectrogram, audio encoder and projector;
// counts its tokens.
Result<Measurement> MeasureSound(const Engine& engine, int seconds, int repetitions);
// ppN: N tokens at once into an empty cache; counts them.
Result<Measurement> MeasurePrompt(const Engine& engine, int tokens, int repetitions);
// tgN: N tokens, one after the other, from an empty cache; counts them.
Result<Measurement> MeasureGeneration(const Engine& engine, int tokens, int repetitions);
// tgNxS: S sequences decoded together, N tokens each, from a prompt of one token; counts them all.
Result<Measurement> MeasureTogether(const Engine& engine, int tokens, int sequences,
                                    int repetitions);
// ask1: an image file to the first token of an answer, in a new session; ask2: from another
// question about the same image, which the session holds, to the first token. Counts the prefilled
// tokens.
Result<std::vector<Measurement>> MeasureQuestions(const Engine& engine,
                                                  std::span<const std::byte> image,
                                                  int repetitions);
// tgNeP: N tokens, one after the other, of which P percent leave at the first exit of `exits`,
// whatever its logits; the others are evaluated at every exit.
Result<Measurement> MeasureExits(const Engine& engine, const ExitOptions& exits, int tokens,
                                 int percent, int repetitions);
// cap: an image file to the last token of its caption, the work of `edgevlm caption` once loaded;
// counts the caption's tokens, at most max_tokens.
Result<Measurement> MeasureCaption(const Engine& engine, std::span<const std::byte> image,
                                   int max_tokens, int repetitions);
// capxN: the same for images of which N are decoded together, as in `edgevlm batch`: 4 * N images,
// each a copy of the file. The times are those of one image: of all, divided by their number, so
// that the time of cap over that of capxN is how many times as many images a batch does.
Result<Measurement> MeasureBatch(const Engine& engine, std::span<const std::byte> image,
                                 int max_tokens, int together, int repetitions);

}  // namespace edgevlm
