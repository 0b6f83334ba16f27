// The logits of small models with random weights, compared with those of llama.cpp, or of float64
// for quantized ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/testing/golden_files.h"
#include "gguf/writer.h"
#include "kernels/quantize/quantize.h"
#include "model/families.h"

namespace edgevlm {
namespace {

const std::vector<int> kLlamaTokens = {1, 15, 300, 508, 506, 511, 259, 510, 42, 509, 507, 505};
constexpr int kLlamaVocabulary = 512;

// The same weights in Q8_0, as llama.cpp writes them (convert/quantize_test.cc).
std::vector<std::byte> InQ8_0(const GgufFile& file) {
  GgufWriter writer;
  for (const GgufKey& key : file.keys()) writer.Add(key.name, file.Value(key));
  for (const GgufTensor& tensor : file.tensors()) {
    const TensorView& view = tensor.view;
    const DType dtype = view.shape.rank() == 2 ? DType::kQ8_0 : view.dtype;
    std::vector<std::byte> stored(*BytesOf(dtype, view.shape));
    Quantize(*ToFloats(view), dtype, stored);
    writer.AddTensor(tensor.name, dtype, view.shape, std::move(stored));
  }
  return *writer.ToBytes();
}

std::unique_ptr<Decoder> Load(std::span<const std::byte> bytes) {
  const auto file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  auto decoder = LoadDecoder(*file);
  CHECK(decoder.ok() && (*decoder)->shape().vocabulary == kLlamaVocabulary);
  return *std::move(decoder);
}

// Logits [T, V] of kLlamaTokens, one token per call or all in one.
std::vector<float> Logits(const Decoder& decoder, bool one_by_one) {
  ThreadPool pool(1);
  Workspace workspace;
  SequenceCache cache(decoder.cache_shape(static_cast<int>(kLlamaTokens.size())));
  std::vector<float> logits(kLlamaTokens.size() * kLlamaVocabulary);
  const View<float> all(logits.data(), static_cast<int>(kLlamaTokens.size()), kLlamaVocabulary);
  const int rows = one_by_one ? 1 : all.rows;
  for (int first = 0; first < all.rows; first += rows) {
    const TokenSpan span = {
        .cache = &cache,
        .first_position = first,
        .tokens = std::span(kLlamaTokens)
                      .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows)),
        .logits_rows = rows};
    decoder.Forward({&span, 1}, all.Rows(first, rows), workspace, {.pool = pool});
  }
  return logits;
}

// Rows of logits against those of a file.
void ExpectRows(const std::vector<float>& actual, const std::string& name) {
  const std::vector<float> expected = GoldenFloats(name);
  ASSERT_EQ(expected.size(), actual.size());
  double largest = 0, difference = 0;
  for (std::size_t row = 0; row < expected.size() / kLlamaVocabulary; ++row) {
    double dot = 0, expected_square = 0, actual_square = 0;
    for (std::size_t i = row * kLlamaVocabulary; i < (row + 1) * kLlamaVocabulary; ++i) {
      const double e = expected[i], a = actual[i];
      dot += e * a;
      expected_square += e * e;
      actual_square += a * a;
      largest = std::max(largest, std::fabs(e));
      difference = std::max(difference, std::fabs(e - a));
    }
    EXPECT_GE(dot / std::sqrt(expected_square * actual_square), 0.9999) << "row " << row;
  }
  // Logits have a normal distribution: the largest is about 4 deviations. A cosine of 0.9999 means
  // errors of 1.4 % of a deviation, the largest of them again 4 times that.
  EXPECT_LE(difference, 0.0142 * largest);
}

void ExpectParity(const Decoder& decoder, const std::string& name) {
  const std::vector<float> logits = Logits(decoder, true);
  ExpectRows(logits, name);
  EXPECT_EQ(Logits(decoder, false), logits);
}

TEST(LlamaParity, Float16) {
  const MappedFile file = OpenGolden("tiny-llama-f16.gguf");
  ExpectParity(*Load(file.bytes()), "tiny-llama-f16.logits.f32");
}

TEST(LlamaParity, Q80) {
  const MappedFile mapped = OpenGolden("tiny-llama-f16.gguf");
  const auto file = GgufFile::Parse(mapped.bytes());
  ASSERT_TRUE(file) << file.error().message;
  ExpectParity(*Load(InQ8_0(*file)), "tiny-llama-Q8_0.logits.f32");
}

TEST(LlamaParity, Q4KM) {
  const MappedFile file = OpenGolden("tiny-llama-Q4_K_M.gguf");
  ExpectParity(*Load(file.bytes()), "tiny-llama-Q4_K_M.logits.f32");
}

// The first token, the embeddings of an image, and the other tokens.
TEST(LlamaParity, AnImageAmongTokens) {
  const MappedFile file = OpenGolden("tiny-llama-f16.gguf");
  const std::unique_ptr<Decoder> decoder = Load(file.bytes());
  const std::vector<float> image = GoldenFloats("tiny-ldpv2-f16.embd.f32");
  const int width = decoder->shape().width, image_rows = 144;
  ASSERT_EQ(image.size(), static_cast<std::size_t>(image_rows * width));
  const auto rest = std::span(kLlamaTokens).subspan(1);
  const int rows = static_cast<int>(rest.size());
  SequenceCache cache(decoder->cache_shape(1 + image_rows + rows));
  const std::array<TokenSpan, 3> batch = {{
      {.cache = &cache, .tokens = std::span(kLlamaTokens).first(1)},
      {.cache = &cache, .first_position = 1, .embeddings = {image.data(), image_rows, width}},
      {.cache = &cache, .first_position = 1 + image_rows, .tokens = rest, .logits_rows = rows},
  }};
  ThreadPool pool(1);
  Workspace workspace;
  std::vector<float> logits(rest.size() * kLlamaVocabulary);
  decoder->Forward(batch, {logits.data(), rows, kLlamaVocabulary}, workspace, {.pool = pool});
  ExpectRows(logits, "tiny-ldpv2-f16.logits.f32");
}

}  // namespace
}  // namespace edgevlm
