#include "audio/sound_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "audio/testing/sounds.h"

// libvorbis 1.3.7 leaks its tables where libsndfile finds the headers of an Ogg file broken.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:vorbis_info_init"; }

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// All samples, read in pieces of an odd size.
Result<std::vector<float>> ReadAll(std::span<const std::byte> file,
                                   const SoundLimits& limits = {}) {
  Result<SoundReader> reader = SoundReader::Open(file, limits);
  if (!reader) return reader.error();
  std::vector<float> samples;
  for (;;) {
    const Result<std::size_t> read = reader->Read(1001, samples);
    if (!read) return read.error();
    if (*read < 1001) return samples;
  }
}

std::string ErrorOf(std::span<const std::byte> file, const SoundLimits& limits = {}) {
  const auto samples = ReadAll(file, limits);
  return samples ? "" : samples.error().message;
}

double CorrelationWith(std::span<const float> expected, std::span<const float> found) {
  double product = 0, left = 0, right = 0;
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
    product += double{expected[i]} * found[i];
    left += double{expected[i]} * expected[i];
    right += double{found[i]} * found[i];
  }
  return product / std::sqrt(left * right);
}

struct Case {
  const char* format;
  int code;
  double correlation;  // of what is decoded with what was written
};

// Delays of MP3 encoders are removed only where the file says them, so no correlation is asked.
constexpr Case kCases[] = {{"wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0.999999},
                           {"wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0.999999},
                           {"wav", SF_FORMAT_RF64 | SF_FORMAT_PCM_24, 0.999999},
                           {"flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 0.999999},
                           {"ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.99},
                           {"mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, -1}};

TEST(SoundReader, ReadsEveryFormatAtEveryRate) {
  for (const Case& one : kCases) {
    for (const int rate : {16'000, 44'100, 48'000}) {
      const auto file = MakeSoundFile(Sine(440, rate, 0.5), {one.code, rate, 1});
      const auto reader = SoundReader::Open(file);
      ASSERT_TRUE(reader) << reader.error().message;
      EXPECT_EQ(reader->info().format, one.format);
      EXPECT_EQ(reader->info().rate, rate);
      const auto samples = ReadAll(file);
      ASSERT_TRUE(samples) << samples.error().message;
      EXPECT_NEAR(static_cast<double>(samples->size()), 8000, one.correlation < 0 ? 2400 : 2)
          << one.format << rate;
      if (one.correlation < 0) continue;
      EXPECT_GT(CorrelationWith(Sine(440, 16'000, 0.5), *samples), one.correlation)
          << one.format << " " << rate;
    }
  }
}

TEST(SoundReader, AveragesChannelsOfUnusualRates) {
  for (const int rate : {8'000, 192'000}) {
    constexpr int kChannels = 8;
    std::vector<float> frames;
    for (const float v : Sine(300, rate, 0.25)) {
      for (int c = 0; c < kChannels; ++c) frames.push_back(c < 2 ? 2 * v : c < 4 ? v : v / 2);
    }
    const auto file = MakeSoundFile(frames, {SF_FORMAT_WAV | SF_FORMAT_FLOAT, rate, kChannels});
    const auto samples = ReadAll(file);
    ASSERT_TRUE(samples) << samples.error().message;
    ASSERT_NEAR(static_cast<double>(samples->size()), 4000, 2);
    // The mean of two of 2, two of 1 and four of 1/2 is 1.
    const auto expected = Sine(300, 16'000, 0.25);
    for (std::size_t i = 500; i < 3500; ++i) ASSERT_NEAR((*samples)[i], expected[i], 1e-3);
  }
}

TEST(SoundReader, APieceIsNotPaddedAtTheEnd) {
  const auto file = MakeSoundFile(Sine(440, 16'000, 0.01), {});
  const auto samples = ReadAll(file);
  ASSERT_TRUE(samples);
  EXPECT_EQ(samples->size(), 160u);
}

TEST(SoundReader, RejectsOtherFilesByWhatTheyAre) {
  const std::string_view text = "This is a text with another name.";
  EXPECT_THAT(ErrorOf(std::as_bytes(std::span(text))),
              HasSubstr("sound: expected WAV, FLAC, Ogg or MP3, found text"));
  EXPECT_THAT(ErrorOf({}), HasSubstr("expected WAV"));
}

TEST(SoundReader, ChecksTheLimits) {
  const auto file =
      MakeSoundFile(Sine(440, 8'000, 1), {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8'000, 2});
  EXPECT_THAT(ErrorOf(file, {.channels = 1}), HasSubstr("expected 1 to 1 channels, found 2"));
  EXPECT_THAT(ErrorOf(file, {.lowest_rate = 9'000}), HasSubstr("found 8000"));
  EXPECT_THAT(ErrorOf(file, {.highest_rate = 7'000}), HasSubstr("found 8000"));
  EXPECT_THAT(ErrorOf(file, {.seconds = 0.25}), HasSubstr("expected at most 0 seconds, found 1"));
}

// Writes a little-endian number over bytes of a file.
template <class T>
void Overwrite(std::vector<std::byte>& file, std::size_t at, T value) {
  std::memcpy(file.data() + at, &value, sizeof(value));
}

TEST(SoundReader, AWavHeaderThatLiesIsAnError) {
  const auto whole = MakeSoundFile(Sine(440, 16'000, 0.25), {});
  constexpr std::size_t kChannelsAt = 22, kRateAt = 24, kDataBytesAt = 40;
  auto file = whole;
  Overwrite(file, kDataBytesAt, std::uint32_t{1 << 30});
  EXPECT_EQ(ErrorOf(file), "wav: chunk 'data': expected 1073741824 bytes, found 8000");
  file = whole;
  Overwrite(file, kChannelsAt, std::uint16_t{60'000});
  EXPECT_NE(ErrorOf(file), "");
  file = whole;
  Overwrite(file, kRateAt, std::uint32_t{0});
  EXPECT_NE(ErrorOf(file), "");
  file = whole;
  Overwrite(file, kRateAt, std::uint32_t{2'000'000'000});
  EXPECT_NE(ErrorOf(file), "");
  // A stream, whose length nobody knew.
  file = whole;
  Overwrite(file, kDataBytesAt, std::numeric_limits<std::uint32_t>::max());
  const auto samples = ReadAll(file);
  ASSERT_TRUE(samples) << samples.error().message;
  EXPECT_EQ(samples->size(), 4000u);
}

TEST(SoundReader, ASampleThatIsNoNumberIsAnError) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    auto samples = Sine(440, 16'000, 0.25);
    samples[1234] = bad;
    const auto file = MakeSoundFile(samples, {SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16'000, 1});
    EXPECT_EQ(ErrorOf(file), "wav: frame 1234: expected a finite number, found NaN or infinity");
  }
}

// A file that is cut is an error or, where the format does not say how long it was, shorter.
TEST(SoundReader, FilesCutAtEveryByte) {
  for (const Case& one : kCases) {
    const auto whole = MakeSoundFile(Sine(440, 16'000, 0.05), {one.code, 16'000, 1});
    const std::size_t most = ReadAll(whole)->size();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto samples = ReadAll(std::span(whole).first(size));
      if (samples) {
        EXPECT_LE(samples->size(), most) << one.format << size;
        // Of WAV and FLAC, nothing but what follows the samples may be missing.
        if (one.correlation > 0.999) {
          EXPECT_EQ(samples->size(), most) << one.format << size;
        }
      } else {
        EXPECT_EQ(samples.error().message.find('\n'), std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace edgevlm
