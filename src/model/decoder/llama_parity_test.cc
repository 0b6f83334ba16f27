// The logits of small models with random weights, against those that llama.cpp computes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/mapped_file.h"
#include "model/families.h"
#include "model/testing/parity_files.h"

namespace edgevlm {
namespace {

const std::vector<int> kTokens = {1, 15, 300, 1200, 777, 4000, 259, 3333, 42, 2048, 999, 512};
constexpr int kVocabulary = 4096;

// Logits [T, V] of kTokens, one token per call or all in one.
std::vector<float> Logits(const Decoder& decoder, bool one_by_one) {
  ThreadPool pool(1);
  Workspace workspace;
  SequenceCache cache(decoder.cache_shape(static_cast<int>(kTokens.size())));
  std::vector<float> logits(kTokens.size() * kVocabulary);
  const View<float> all(logits.data(), static_cast<int>(kTokens.size()), kVocabulary);
  const int rows = one_by_one ? 1 : all.rows;
  for (int first = 0; first < all.rows; first += rows) {
    const TokenSpan span = {.cache = &cache,
                            .first_position = first,
                            .tokens = std::span(kTokens).subspan(static_cast<std::size_t>(first),
                                                                 static_cast<std::size_t>(rows)),
                            .logits_rows = rows};
    decoder.Forward({&span, 1}, all.Rows(first, rows), workspace, {.pool = pool});
  }
  return logits;
}

void ExpectParity(const std::string& name) {
  const auto mapped = MappedFile::Open(ParityFile(name + ".gguf"));
  ASSERT_TRUE(mapped) << mapped.error().message;
  const auto file = GgufFile::Parse(mapped->bytes());
  ASSERT_TRUE(file) << file.error().message;
  const auto decoder = LoadDecoder(*file);
  ASSERT_TRUE(decoder) << decoder.error().message;
  ASSERT_EQ((*decoder)->shape().vocabulary, kVocabulary);

  const std::vector<float> expected = ParityFloats(name + ".logits.f32");
  const std::vector<float> actual = Logits(**decoder, true);
  ASSERT_EQ(expected.size(), actual.size());
  double largest = 0, difference = 0;
  for (std::size_t row = 0; row < kTokens.size(); ++row) {
    double dot = 0, expected_square = 0, actual_square = 0;
    for (std::size_t i = row * kVocabulary; i < (row + 1) * kVocabulary; ++i) {
      const double e = expected[i], a = actual[i];
      dot += e * a;
      expected_square += e * e;
      actual_square += a * a;
      largest = std::max(largest, std::fabs(e));
      difference = std::max(difference, std::fabs(e - a));
    }
    EXPECT_GE(dot / std::sqrt(expected_square * actual_square), 0.9999) << "token " << row;
  }
  // Logits have a normal distribution: the largest is about 4.5 deviations. A cosine of 0.9999
  // means errors of 1.4 % of a deviation, the largest of them again 4.5 times that.
  EXPECT_LE(difference, 0.0142 * largest);
  EXPECT_EQ(Logits(**decoder, false), actual);
}

class LlamaParityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(ParityFolder())) {
      GTEST_SKIP() << "no folder " << ParityFolder() << "; set EDGEVLM_SHARED";
    }
  }
};

TEST_F(LlamaParityTest, Float16) { ExpectParity("tiny-llama-f16"); }

TEST_F(LlamaParityTest, Q8_0) { ExpectParity("tiny-llama-Q8_0"); }

}  // namespace
}  // namespace edgevlm
