// A small Whisper with random weights, compared with what openai/whisper computes for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "base/testing/golden_files.h"
#include "gguf/writer.h"
#include "model/decoder/whisper.h"

namespace edgevlm {
namespace {

constexpr int kFrames = 3000, kBands = 80, kShownFrames = 400, kShownRows = 200;
const std::vector<int> kWhisperTokens = {1, 15, 300, 1000, 777, 400, 259, 333, 42, 900, 999, 512};

// The spectrogram of 30 s: 400 frames from the file, then silence. A sound of 2.56 s has nothing
// behind them; the file's last frames hold the value of silence.
std::vector<float> Mel() {
  const std::vector<float> stored = GoldenFloats("families/whisper.mel.f32");  // [80, 400]
  std::vector<float> mel(kFrames * kBands, *std::ranges::min_element(stored));
  for (int t = 0; t < kShownFrames; ++t) {
    for (int band = 0; band < kBands; ++band) {
      mel[static_cast<std::size_t>(t * kBands + band)] =
          stored[static_cast<std::size_t>(band * kShownFrames + t)];
    }
  }
  return mel;
}

class WhisperParity : public ::testing::Test {
 protected:
  void Load(Packing packing, bool is_fast) {
    const MappedFile mapped = OpenGolden("families/whisper.gguf");
    const auto file = GgufFile::Parse(mapped.bytes());
    ASSERT_TRUE(file) << file.error().message;
    auto loaded = LoadWhisper(*file, packing);
    ASSERT_TRUE(loaded) << loaded.error().message;
    model_ = *std::move(loaded);
    is_fast_ = is_fast;
  }

  edgevlm::Run run() { return {.pool = pool_, .fast = is_fast_}; }
  int width() const { return model_.encoder->sizes().width; }

  std::vector<float> Encode(const std::vector<float>& mel) {
    const int frames = static_cast<int>(mel.size()) / kBands;
    const int rows = WhisperEncoder::Rows(frames);
    std::vector<float> features(static_cast<std::size_t>(rows) * static_cast<std::size_t>(width()));
    model_.encoder->Encode(View<const float>(mel.data(), frames, kBands),
                           View<float>(features.data(), rows, width()), workspace_, run());
    return features;
  }

  // [T, V], `rows_at_once` tokens a pass.
  std::vector<float> Logits(const std::vector<float>& features, int rows_at_once) {
    const Decoder& decoder = *model_.decoder;
    const int rows = static_cast<int>(features.size()) / width();
    CrossCache cross = model_.decoder->MakeCrossCache(rows);
    model_.decoder->ReadFeatures(View<const float>(features.data(), rows, width()), cross,
                                 workspace_, run());
    SequenceCache cache(decoder.cache_shape());
    const int vocabulary = decoder.shape().vocabulary,
              tokens = static_cast<int>(kWhisperTokens.size());
    std::vector<float> logits(kWhisperTokens.size() * static_cast<std::size_t>(vocabulary));
    for (int first = 0; first < tokens; first += rows_at_once) {
      const TokenSpan span = {.cache = &cache,
                              .first_position = first,
                              .tokens = std::span(kWhisperTokens)
                                            .subspan(static_cast<std::size_t>(first),
                                                     static_cast<std::size_t>(rows_at_once)),
                              .logits_rows = rows_at_once,
                              .cross = &cross};
      decoder.Forward({&span, 1},
                      View<float>(logits.data(), tokens, vocabulary).Rows(first, rows_at_once),
                      workspace_, run());
    }
    return logits;
  }

  void ExpectParity(double least_features, double least_logits) {
    const std::vector<float> features = Encode(Mel());
    const auto width_each = static_cast<std::size_t>(width());
    EXPECT_GE(LeastCosine(std::span(features).first(kShownRows * width_each),
                          GoldenFloats("families/whisper.encoder.f32"), width_each),
              least_features);
    const std::vector<float> logits = Logits(features, 1);
    EXPECT_GE(LeastCosine(logits, GoldenFloats("families/whisper.logits.f32"),
                          static_cast<std::size_t>(model_.decoder->shape().vocabulary)),
              least_logits);
    EXPECT_EQ(Logits(features, 4), logits) << "a row depends on the others of its pass";
  }

  ThreadPool pool_{2};
  Workspace workspace_;
  WhisperModel model_;
  bool is_fast_ = false;
};

// Keys and values are float16.
TEST_F(WhisperParity, InFloat32) {
  Load(Packing::kExact, false);
  ExpectParity(0.99999, 0.99999);
}

TEST_F(WhisperParity, ByDefault) {
  Load(Packing::kInt8, true);
  ExpectParity(0.999, 0.9995);
}

// The features of a sound alone are others than those of the same sound in 30 s, but not far off in
// a model that attends to what is near.
TEST_F(WhisperParity, EncodesSoundsOfAnyLength) {
  Load(Packing::kExact, false);
  for (const int frames : {1, 2, 3, 255, 256}) {
    std::vector<float> mel = Mel();
    mel.resize(static_cast<std::size_t>(frames) * kBands);
    const std::vector<float> features = Encode(mel);
    EXPECT_EQ(features.size(), static_cast<std::size_t>((frames + 1) / 2 * width()));
    EXPECT_TRUE(std::ranges::all_of(features, [](float v) { return std::isfinite(v); }));
  }
}

// The file with one key changed, or without one tensor.
std::string ErrorWith(const std::string& key, const GgufValue& value, const std::string& without) {
  const MappedFile mapped = OpenGolden("families/whisper.gguf");
  const auto file = GgufFile::Parse(mapped.bytes());
  GgufWriter writer;
  for (const GgufKey& k : file->keys()) writer.Add(k.name, k.name == key ? value : file->Value(k));
  for (const GgufTensor& t : file->tensors()) {
    if (t.name == without) continue;
    writer.AddTensor(t.name, t.view.dtype, t.view.shape,
                     std::vector<std::byte>(t.view.bytes.begin(), t.view.bytes.end()));
  }
  const auto bytes = writer.ToBytes();
  const auto changed = GgufFile::Parse(*bytes);
  const auto loaded = LoadWhisper(*changed);
  return loaded ? "" : loaded.error().message;
}

TEST(Whisper, BadFilesAreErrors) {
  const auto number = [](std::uint32_t n) { return GgufValue(n); };
  EXPECT_EQ(ErrorWith("general.architecture", GgufValue(std::string("llama")), ""),
            "model: key 'general.architecture': expected whisper, found 'llama'");
  for (const char* key :
       {"whisper.audio.embedding_length", "whisper.audio.block_count", "whisper.audio.head_count",
        "whisper.audio.feed_forward_length", "whisper.audio.context_length",
        "whisper.audio.num_mel_bins", "whisper.embedding_length", "whisper.block_count",
        "whisper.attention.head_count", "whisper.feed_forward_length", "whisper.context_length"}) {
    for (const std::uint32_t value : {0u, 3u, 1u << 31}) {
      EXPECT_NE(ErrorWith(key, number(value), ""), "") << key << value;
    }
  }
  for (const char* tensor : {"a.conv1d.1.weight", "a.conv1d.2.bias", "a.position_embd.weight",
                             "a.blk.1.attn_v.bias", "a.post_ln.bias", "position_embd.weight",
                             "blk.1.cross_attn_norm.weight", "blk.0.cross_attn_k.weight"}) {
    EXPECT_NE(ErrorWith("", number(0), tensor), "") << tensor;
  }
  EXPECT_EQ(ErrorWith("", number(0), ""), "");
}

}  // namespace
}  // namespace edgevlm
