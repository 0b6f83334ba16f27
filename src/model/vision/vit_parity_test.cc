// The image embeddings of a small vision encoder with random weights, compared with those of
// llama.cpp.
#include <gtest/gtest.h>

#include <cmath>

#include "base/testing/golden_files.h"
#include "image/decode.h"
#include "model/families.h"

namespace edgevlm {
namespace {

TEST(VitParity, LdpV2EmbeddingsAreThoseOfLlamaCpp) {
  const MappedFile mapped = OpenGolden("tiny-ldpv2-f16.gguf");
  const MappedFile image_file = OpenGolden("img336.ppm");
  const auto file = GgufFile::Parse(mapped.bytes());
  ASSERT_TRUE(file) << file.error().message;
  const auto image = Decode(image_file.bytes(), DecodeLimits());
  ASSERT_TRUE(image) << image.error().message;
  const auto vision_encoder = LoadVisionEncoder(*file);
  ASSERT_TRUE(vision_encoder) << vision_encoder.error().message;
  const auto projector = LoadProjector(*file);
  ASSERT_TRUE(projector) << projector.error().message;

  const VisionShape& shape = (*vision_encoder)->shape();
  ASSERT_EQ(shape.preprocessing.size, 336);
  ASSERT_EQ(shape.tokens, 576);
  ASSERT_EQ((*projector)->patches(), shape.tokens);
  ASSERT_EQ((*projector)->Tokens(shape.tokens), 144);
  const std::vector<float> expected = GoldenFloats("tiny-ldpv2-f16.embd.f32");
  ASSERT_EQ(expected.size(), std::size_t{144 * 256});

  ThreadPool pool(2);
  Workspace workspace;
  const View<float> pixels = workspace.Alloc(336 * 336, 3);
  const View<float> features = workspace.Alloc(shape.tokens, shape.width);
  const View<float> embeddings = workspace.Alloc(144, (*projector)->outputs());
  Preprocess(*image, shape.preprocessing, pixels, pool);
  (*vision_encoder)->Encode(pixels, features, workspace, {.pool = pool});
  (*projector)->Project(features, embeddings, workspace, {.pool = pool});

  double dot = 0, expected_square = 0, found_square = 0;
  for (int t = 0; t < embeddings.rows; ++t) {
    for (int i = 0; i < embeddings.cols; ++i) {
      const double e = expected[static_cast<std::size_t>(t * embeddings.cols + i)];
      const double f = embeddings.Row(t)[static_cast<std::size_t>(i)];
      dot += e * f;
      expected_square += e * e;
      found_square += f * f;
      // llama.cpp rounds its activations to float16 before it multiplies float16 weights.
      EXPECT_NEAR(f, e, 0.01) << t << ", " << i;
    }
  }
  EXPECT_GE(dot / std::sqrt(expected_square * found_square), 0.9999);
}

}  // namespace
}  // namespace edgevlm
