// Pairs of frames and preprocessing, compared with the models' own code.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "base/testing/golden_files.h"
#include "image/decode.h"
#include "model/families.h"

namespace edgevlm {
namespace {

Image ReadGoldenImage(const std::string& name) {
  const MappedFile file = OpenGolden("families/" + name);
  auto image = Decode(file.bytes(), DecodeLimits());
  CHECK(image.ok());
  return *std::move(image);
}

// The frames of a pair are multiplied by different matrices; were the second one taken for the
// first, or left out, the cosine would be far below 1.
TEST(GridVitParity, APairOfFramesIsOneGrid) {
  const MappedFile mapped = OpenGolden("families/qwen2vl-mmproj.gguf");
  const auto file = GgufFile::Parse(mapped.bytes());
  ASSERT_TRUE(file) << file.error().message;
  const auto vision_encoder = LoadVisionEncoder(*file);
  ASSERT_TRUE(vision_encoder) << vision_encoder.error().message;
  const auto projector = LoadProjector(*file);
  ASSERT_TRUE(projector) << projector.error().message;

  ThreadPool pool(2);
  Workspace workspace;
  const Image first = ReadGoldenImage("qwen2vl.png"),
              second = ReadGoldenImage("qwen2vl-frame2.png");
  const ImageSize size = {first.width, first.height};
  const ImageLayout layout = (*projector)->Layout(size, {});
  ASSERT_EQ(layout.grid.size, size);
  ASSERT_EQ(layout.tokens, (TokenGrid{.rows = 7, .cols = 10}));
  InputImages images(workspace.Alloc(size.width * size.height, 3), size);
  const View<float> pixels = workspace.Alloc(size.width * size.height, 3);
  const View<float> next = workspace.Alloc(size.width * size.height, 3);
  const Preprocessing& preprocessing = (*vision_encoder)->shape().preprocessing;
  PreprocessStretched(first, size, preprocessing, pixels, pool);
  PreprocessStretched(second, size, preprocessing, next, pool);
  images.pixels = pixels;
  images.second_frames = next;
  const View<float> features =
      workspace.Alloc((*vision_encoder)->Features(size), (*vision_encoder)->shape().width);
  const View<float> embeddings = workspace.Alloc(layout.tokens.tokens(), (*projector)->outputs());
  (*vision_encoder)->Encode(images, features, workspace, {.pool = pool});
  (*projector)->Project(features, embeddings, workspace, {.pool = pool});

  const std::vector<float> expected = GoldenFloats("families/qwen2vl-pair.embd.f32");
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(embeddings.rows * embeddings.cols));
  for (int t = 0; t < embeddings.rows; ++t) {
    double dot = 0, expected_square = 0, square = 0;
    for (int i = 0; i < embeddings.cols; ++i) {
      const double e = expected[static_cast<std::size_t>(t * embeddings.cols + i)];
      const double f = embeddings.Row(t)[static_cast<std::size_t>(i)];
      dot += e * f;
      expected_square += e * e;
      square += f * f;
    }
    EXPECT_GE(dot / std::sqrt(expected_square * square), 0.99999) << t;
  }
}

// At most 40 tokens of 250 x 150 pixels; Pillow's resampling, before normalization.
TEST(GridVitParity, PixelsAreThoseOfTheModel) {
  const MappedFile mapped = OpenGolden("families/qwen2vl-mmproj.gguf");
  const auto file = GgufFile::Parse(mapped.bytes());
  ASSERT_TRUE(file) << file.error().message;
  const auto vision_encoder = LoadVisionEncoder(*file);
  const auto projector = LoadProjector(*file);
  ASSERT_TRUE(vision_encoder && projector);
  const Image image = ReadGoldenImage("prep.png"), expected = ReadGoldenImage("prep-qwen2vl.png");
  const ImageSize size =
      (*projector)->Layout({image.width, image.height}, {.max_tokens = 40}).grid.size;
  ASSERT_EQ(size, (ImageSize{expected.width, expected.height}));
  ThreadPool pool(1);
  Workspace workspace;
  const View<float> pixels = workspace.Alloc(size.width * size.height, 3);
  const Preprocessing& preprocessing = (*vision_encoder)->shape().preprocessing;
  PreprocessStretched(image, size, preprocessing, pixels, pool);
  for (int i = 0; i < pixels.rows; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const float level = (pixels.Row(i)[c] * preprocessing.std[c] + preprocessing.mean[c]) * 255;
      const int wanted = expected.pixels[static_cast<std::size_t>(i) * 3 + c];
      ASSERT_LE(std::abs(std::lround(level) - wanted), 1) << i << ", " << c;
    }
  }
}

}  // namespace
}  // namespace edgevlm
