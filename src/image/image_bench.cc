// Benchmarks from the bytes of an image file to the encoder's input.
#include <benchmark/benchmark.h>

#include <random>

#include "image/decode.h"
#include "image/preprocess.h"
#include "image/write.h"

namespace edgevlm {
namespace {

// Resembles a photograph for a codec: soft shapes, edges, and grain that costs bits.
Image Photograph(int width, int height) {
  std::mt19937 rng(1);
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.Row(y) + std::ptrdiff_t{x} * 3;
      const int patch = (x / 150 * 7 + y / 130 * 13) % 11 * 16;
      const int grain = static_cast<int>(rng() % 16);
      const int light = 20 + patch + (x % 150) / 4 + grain;
      pixel[0] = static_cast<std::uint8_t>(light);
      pixel[1] = static_cast<std::uint8_t>(light * 3 / 4 + y % 40 / 2);
      pixel[2] = static_cast<std::uint8_t>(light / 2 + patch / 3);
    }
  }
  return image;
}

// Bytes of a 4000 x 3000 JPEG of quality range(1) to [S * S, 3], S = range(0), on two threads.
// Nearly all of the time is Huffman decoding on one thread, at 150 to 210 MB of file per second:
// the codes of a JPEG can only be decoded sequentially.
void BM_TwelveMegapixelJpeg(benchmark::State& state) {
  const auto file = EncodeJpeg(Photograph(4000, 3000), static_cast<int>(state.range(1)));
  const Preprocessing preprocessing{.size = static_cast<int>(state.range(0))};
  ThreadPool pool(2);
  const int cells = preprocessing.size * preprocessing.size;
  std::vector<float> out(static_cast<std::size_t>(cells) * 3);
  for (auto _ : state) {
    const Result<Image> image = Decode(file, {}, preprocessing.size);
    Preprocess(*image, preprocessing, {out.data(), cells, 3}, pool);
  }
  state.counters["file_MB"] = static_cast<double>(file.size()) / 1e6;
}
BENCHMARK(BM_TwelveMegapixelJpeg)
    ->Args({160, 88})
    ->Args({336, 88})
    ->Args({336, 95})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void BM_TwelveMegapixelJpegFullSize(benchmark::State& state) {
  const auto file = EncodeJpeg(Photograph(4000, 3000), 88);
  for (auto _ : state) benchmark::DoNotOptimize(Decode(file, {})->pixels.data());
}
BENCHMARK(BM_TwelveMegapixelJpegFullSize)->Unit(benchmark::kMillisecond);

// The preprocessing of the trainer for every image, on one thread.
void BM_Preprocess300To160(benchmark::State& state) {
  const Image image = Photograph(300, 300);
  const Preprocessing preprocessing{.size = 160};
  ThreadPool pool(1);
  std::vector<float> out(160 * 160 * 3);
  for (auto _ : state) Preprocess(image, preprocessing, {out.data(), 160 * 160, 3}, pool);
}
BENCHMARK(BM_Preprocess300To160)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace edgevlm
