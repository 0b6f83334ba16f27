#include "edgevlm/transcriber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <utility>

#include "audio/testing/sounds.h"
#include "transcribe/silence.h"
#include "transcribe/testing/tiny_whisper.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

TEST(LeadingSilence, EndsWhereSoundBegins) {
  std::vector<float> samples(16'000, 0.0005f);
  EXPECT_EQ(LeadingSilence(samples), samples.size());
  samples[9'700] = 1;
  EXPECT_EQ(LeadingSilence(samples), 9'600u);
  EXPECT_EQ(LeadingSilence({}), 0u);
}

class TranscriberTest : public ::testing::Test {
 protected:
  TranscriberTest()
      : path_((std::filesystem::temp_directory_path() /
               ("tiny-whisper-" + std::to_string(::getpid()) + ".gguf"))
                  .string()) {
    Write(TinyWhisper());
  }
  void Write(const std::vector<std::byte>& bytes) const {
    std::ofstream file(path_, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  ~TranscriberTest() override { std::filesystem::remove(path_); }

  Transcriber Load(const TranscriberOptions& options = {.threads = 1}) const {
    auto transcriber = Transcriber::Load(path_, options);
    if (!transcriber) CheckFailed(__FILE__, __LINE__, transcriber.error().message.c_str());
    return *std::move(transcriber);
  }

  // Noise that changes, so that every window differs.
  static std::vector<std::byte> Noise(double seconds) {
    std::mt19937 random(3);
    std::vector<float> samples(static_cast<std::size_t>(seconds * 16'000));
    for (float& v : samples) v = static_cast<float>(static_cast<double>(random()) * 0x1p-32 - 0.5);
    return MakeSoundFile(samples, {});
  }

  std::string path_;
};

TEST_F(TranscriberTest, SegmentsHaveTimesInTheirOrder) {
  Transcriber transcriber = Load();
  std::vector<std::string> streamed;
  double done_s = 0;
  const auto transcript =
      transcriber.Transcribe(Noise(70), {.on_segment =
                                             [&](const TranscriptSegment& segment) {
                                               streamed.push_back(segment.text);
                                               return true;
                                             },
                                         .on_progress =
                                             [&](double done, double total) {
                                               EXPECT_GT(done, done_s);
                                               EXPECT_DOUBLE_EQ(total, 70);
                                               done_s = done;
                                             }});
  ASSERT_TRUE(transcript) << transcript.error().message;
  EXPECT_DOUBLE_EQ(done_s, 70);
  EXPECT_DOUBLE_EQ(transcript->seconds, 70);
  ASSERT_EQ(streamed.size(), transcript->segments.size());
  double last_s = 0;
  for (const TranscriptSegment& segment : transcript->segments) {
    EXPECT_GE(segment.start_s, last_s);
    EXPECT_GE(segment.end_s, segment.start_s);
    EXPECT_LE(segment.end_s, 70);
    EXPECT_NE(segment.text, "");
    last_s = segment.start_s;
  }
}

TEST_F(TranscriberTest, ThreadsDoNotChangeIt) {
  const auto file = Noise(5);
  Transcriber alone = Load({.threads = 1, .precision = Precision::kFloat32});
  Transcriber two = Load({.threads = 2, .precision = Precision::kFloat32});
  EXPECT_EQ(alone.Transcribe(file)->Text(), two.Transcribe(file)->Text());
}

// Bit by bit, or the probabilities would differ.
TEST_F(TranscriberTest, ByDefaultNothingIsRounded) {
  const auto file = Noise(5);
  const auto by_default = Load().Transcribe(file);
  const auto exact = Load({.threads = 1, .precision = Precision::kFloat32}).Transcribe(file);
  ASSERT_TRUE(by_default && exact);
  ASSERT_FALSE(exact->segments.empty());
  ASSERT_EQ(by_default->segments.size(), exact->segments.size());
  for (std::size_t i = 0; i < exact->segments.size(); ++i) {
    EXPECT_EQ(by_default->segments[i].tokens, exact->segments[i].tokens);
    EXPECT_EQ(by_default->segments[i].mean_log_probability,
              exact->segments[i].mean_log_probability);
  }
  EXPECT_TRUE(Load({.threads = 1, .precision = Precision::kInt8}).Transcribe(file));
}

TEST_F(TranscriberTest, SilenceGivesNothing) {
  Transcriber transcriber = Load();
  for (const double seconds : {0.01, 3.0, 61.0}) {
    const std::vector<float> samples(static_cast<std::size_t>(seconds * 16'000));
    const auto transcript = transcriber.Transcribe(MakeSoundFile(samples, {}));
    ASSERT_TRUE(transcript) << transcript.error().message;
    EXPECT_TRUE(transcript->segments.empty());
    EXPECT_EQ(transcript->language, "");
    EXPECT_NEAR(transcript->seconds, seconds, 1e-9);
  }
}

TEST_F(TranscriberTest, StopsWhenTheCallerHasEnough) {
  Transcriber transcriber = Load();
  const auto all = transcriber.Transcribe(Noise(70));
  ASSERT_TRUE(all);
  if (all->segments.size() < 2) GTEST_SKIP() << "the random model writes too little";
  const auto some =
      transcriber.Transcribe(Noise(70), {.on_segment = [](const auto&) { return false; }});
  ASSERT_TRUE(some);
  EXPECT_EQ(some->segments.size(), 1u);
}

// Random weights are never sure, so that every temperature is tried, with the same draws each time.
TEST_F(TranscriberTest, TheSameSoundGivesTheSameText) {
  const auto file = Noise(5);
  Transcriber transcriber = Load();
  const auto first = transcriber.Transcribe(file), again = transcriber.Transcribe(file);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->Text(), again->Text());
  const auto drawn = transcriber.Transcribe(file, {.temperature = 1});
  ASSERT_TRUE(drawn);
  for (const TranscriptSegment& segment : drawn->segments) EXPECT_EQ(segment.temperature, 1);
}

TEST_F(TranscriberTest, APromptIsReadBefore) {
  Transcriber transcriber = Load();
  const auto plain = transcriber.Transcribe(Noise(5));
  const auto prompted = transcriber.Transcribe(Noise(5), {.prompt = "ab ba ab ba"});
  ASSERT_TRUE(plain && prompted);
  EXPECT_NE(plain->Text(), prompted->Text());
  // Longer than the context.
  EXPECT_TRUE(transcriber.Transcribe(Noise(1), {.prompt = std::string(10'000, 'a')}));
}

TEST_F(TranscriberTest, CanBeCancelledAnywhere) {
  Transcriber transcriber = Load();
  int calls = 0;
  ASSERT_TRUE(transcriber.Transcribe(Noise(91), {.is_cancelled = [&] { return ++calls < 0; }}));
  EXPECT_GT(calls, 20);
  for (int last = 1; last < calls; last += std::max(calls / 40, 1)) {
    int asked = 0;
    const auto transcript =
        transcriber.Transcribe(Noise(91), {.is_cancelled = [&] { return ++asked >= last; }});
    // How often it asks depends on how long drafts are.
    ASSERT_EQ(transcript.ok(), asked < last) << last;
    if (!transcript) {
      EXPECT_EQ(transcript.error().code, ErrorCode::kCancelled);
    }
  }
}

TEST_F(TranscriberTest, BadInputIsAnError) {
  Transcriber transcriber = Load();
  EXPECT_EQ(transcriber.languages(), (std::vector<std::string>{"en", "de"}));
  const auto other = transcriber.Transcribe(Noise(1), {.language = "xx"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, "language: expected one of en, de, found 'xx'");
  EXPECT_FALSE(transcriber.Transcribe(Noise(1), {.temperature = 1.1f}));
  EXPECT_FALSE(transcriber.Transcribe(Noise(1), {.temperature = NAN}));
  const auto file = Noise(1);
  const auto cut = transcriber.Transcribe(std::span(file).first(file.size() - 1));
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message, HasSubstr("wav: chunk 'data'"));
}

TEST_F(TranscriberTest, OtherModelsAreErrors) {
  const auto text = Transcriber::Load(GoldenPath("tiny-text.gguf"));
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, HasSubstr("expected whisper, found 'llama'"));
  const auto without_tokens = Transcriber::Load(GoldenPath("families/whisper.gguf"));
  ASSERT_FALSE(without_tokens);
  EXPECT_THAT(without_tokens.error().message,
              HasSubstr("tokenizer: expected a token <|startoftranscript|>, found none"));
  EXPECT_FALSE(Transcriber::Load("/nonexistent.gguf"));
  for (const auto& [sizes, message] :
       {std::pair(TinySizes{.context = 7}, "decoder: expected at least 8 positions, found 7"),
        std::pair(TinySizes{.audio_positions = 1499},
                  "audio encoder: expected 1500 positions, found 1499")}) {
    Write(TinyWhisper(sizes));
    const auto other = Transcriber::Load(path_);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message, HasSubstr(message));
  }
  Write(TinyWhisper({.context = 8}));
  EXPECT_TRUE(Load().Transcribe(Noise(3)));
}

}  // namespace
}  // namespace edgevlm
