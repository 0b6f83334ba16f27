// Sound of real encoders, made by Debian's ffmpeg program, through the program that decodes it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "audio/sample_source.h"
#include "audio/testing/sounds.h"
#include "video/decoder_program.h"

namespace edgevlm {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class OpenedSound : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ =
        std::filesystem::temp_directory_path() / ("edgevlm-sound-test-" + std::to_string(getpid()));
    std::filesystem::create_directory(folder_);
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  void SetUp() override {
    if (std::system("command -v ffmpeg > /dev/null") != 0) GTEST_SKIP() << "ffmpeg is missing";
    if (!HasDecoderProgram()) GTEST_SKIP() << "built without EDGEVLM_VIDEO";
  }

  static std::string Write(const std::string& name, std::span<const std::byte> bytes) {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
  }

  // Made by `ffmpeg ARGUMENTS NAME`.
  static std::string Make(const std::string& name, const std::string& arguments) {
    const std::string path = folder_ / name;
    const std::string command = "ffmpeg -nostdin -loglevel error -y " + arguments + " " + path;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  static std::vector<std::byte> Bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
  }

  // All samples, read in pieces of an odd size.
  static Result<std::vector<float>> ReadAll(const std::string& path, const SoundPart& part = {}) {
    const auto source = OpenSoundFile(path, part);
    if (!source) return source.error();
    std::vector<float> samples;
    for (;;) {
      const Result<std::size_t> read = (*source)->Read(1001, samples);
      if (!read) return read.error();
      if (*read < 1001) return samples;
    }
  }

  static std::string ErrorOf(const std::string& path) {
    const auto samples = ReadAll(path);
    return samples ? "" : samples.error().message;
  }

  static inline std::filesystem::path folder_;
};

// The correlation of samples with a sine, whatever its phase: encoders may shift it.
double PartOfSine(std::span<const float> samples, double hertz) {
  double sine = 0, cosine = 0, all = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kSampleRate;
    sine += samples[i] * std::sin(angle);
    cosine += samples[i] * std::cos(angle);
    all += double{samples[i]} * samples[i];
  }
  return std::sqrt((sine * sine + cosine * cosine) * 2 /
                   (all * static_cast<double>(samples.size())));
}

TEST_F(OpenedSound, EveryFormatIsTheSameSound) {
  // Different channels: the mean of the right ones is a half.
  const auto mono = Sine(440, 44'100, 1);
  std::vector<float> stereo;
  for (const float v : mono) stereo.insert(stereo.end(), {v, 0});
  const std::string wav =
      Write("in.wav", MakeSoundFile(stereo, {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44'100, 2}));
  const auto expected = ReadAll(wav);
  ASSERT_TRUE(expected) << expected.error().message;
  EXPECT_EQ(expected->size(), 16'000U);
  // One run of ffmpeg, as most of its time is its start.
  struct Encoded {
    const char* name;
    const char* encoder;
  };
  constexpr Encoded kEncoded[] = {
      {"aac.m4a", "-c:a aac"},
      {"adts.aac", "-c:a aac"},
      {"opus.webm", "-c:a libopus"},
      {"vorbis.ogg", "-c:a libvorbis"},
      {"layer3.mp3", "-c:a libmp3lame"},
      {"law.au", "-c:a pcm_mulaw -ar 8000"},
      {"fast.mov", "-c:a pcm_f32le -ar 192000 -af 'pan=8c|c0=c0|c1=c0|c2=c0|c3=c0'"}};
  std::string outputs = "-i " + wav;
  for (const Encoded& one : kEncoded) {
    outputs += std::string(" ") + one.encoder + " " + (folder_ / one.name).string();
  }
  Make("last.aiff", outputs);
  for (const Encoded& one : kEncoded) {
    const std::string name = one.name;
    const auto samples = ReadAll(folder_ / name);
    ASSERT_TRUE(samples) << samples.error().message;
    // The padding of encoders may stay at the end.
    EXPECT_NEAR(static_cast<double>(samples->size()), 16'000, 1'700) << name;
    const auto middle = std::span(*samples).subspan(2000, 12'000);
    EXPECT_GT(PartOfSine(middle, 440), 0.995) << name;
    EXPECT_NEAR(*std::ranges::max_element(middle), 0.25, 0.02) << name;
  }
}

// Nothing above 8 kHz comes through as something else.
TEST_F(OpenedSound, ResamplingKeepsToTheBand) {
  for (const double hertz : {7000.0, 9000.0}) {
    const auto loud = Sine(hertz, 48'000, 1);
    const std::string wav =
        Write("band.wav", MakeSoundFile(loud, {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 48'000, 1}));
    const auto samples = ReadAll(Make("band.mkv", "-i " + wav + " -c copy"));
    ASSERT_TRUE(samples) << samples.error().message;
    const auto middle = std::span(*samples).subspan(2000, 12'000);
    const float most = *std::ranges::max_element(middle);
    EXPECT_NEAR(most, hertz < 8000 ? 0.5 : 0, 0.01) << hertz;
  }
}

TEST_F(OpenedSound, ATrackKeepsTheTimesOfItsVideo) {
  const std::string video = Make("late.mkv",
                                 "-f lavfi -i color=red:s=64x48:r=10:d=3 -itsoffset 1 -f lavfi -i "
                                 "sine=440:d=2 -c:v mpeg4 -c:a pcm_s16le");
  const auto samples = ReadAll(video);
  ASSERT_TRUE(samples) << samples.error().message;
  EXPECT_NEAR(static_cast<double>(samples->size()), 48'000, 500);
  EXPECT_EQ((*samples)[15'000], 0);
  EXPECT_GT(PartOfSine(std::span(*samples).subspan(17'000, 16'000), 440), 0.99);
  // A part, with silence and sound.
  const auto part = ReadAll(video, {.from_s = 0.5, .to_s = 1.5});
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(part->size(), 16'000U);
  EXPECT_EQ((*part)[7'000], 0);
  EXPECT_GT(PartOfSine(std::span(*part).subspan(9'000, 7'000), 440), 0.99);
}

TEST_F(OpenedSound, APartOfAWavIsReadHere) {
  auto samples = Sine(440, 16'000, 2);
  const std::string path = Write("part.wav", MakeSoundFile(samples, {}));
  const auto part = ReadAll(path, {.from_s = 0.5, .to_s = 1.25});
  ASSERT_TRUE(part);
  ASSERT_EQ(part->size(), 12'000U);
  EXPECT_NEAR((*part)[1234], samples[8000 + 1234], 1e-4);
  EXPECT_TRUE(ReadAll(path, {.from_s = 3, .to_s = 4})->empty());
}

TEST_F(OpenedSound, OtherFilesAreErrors) {
  EXPECT_THAT(ErrorOf(Make("mute.mp4", "-f lavfi -i color=red:s=64x48:r=5:d=1 -c:v mpeg4")),
              EndsWith("expected a sound track, found none"));
  const std::string_view text = "a text with another name";
  EXPECT_THAT(ErrorOf(Write("text.m4a", std::as_bytes(std::span(text)))),
              HasSubstr("expected WAV, FLAC, Ogg, MP3, M4A, MP4, WebM or the like, found text"));
  EXPECT_THAT(ErrorOf(folder_ / "missing.m4a"), HasSubstr("missing.m4a"));
  // A sample that is no number.
  auto samples = Sine(440, 16'000, 0.5);
  samples[1234] = NAN;
  const std::string wav =
      Write("nan.wav", MakeSoundFile(samples, {SF_FORMAT_WAV | SF_FORMAT_FLOAT, 16'000, 1}));
  EXPECT_THAT(ErrorOf(Make("nan.mkv", "-i " + wav + " -c copy")), HasSubstr("NaN"));
}

// Cut anywhere, a file gives what can be decoded of it, or one line; an M4A only a line.
TEST_F(OpenedSound, CutFilesEndInSamplesOrAnError) {
  for (const auto& [name, encoder] : std::vector<std::pair<const char*, const char*>>{
           {"cut.m4a", "-c:a aac -movflags +faststart"}, {"cut.webm", "-c:a libopus"}}) {
    const auto whole = Bytes(Make(name, std::string("-f lavfi -i sine=440:d=4 ") + encoder));
    for (int part = 0; part < 9; part += 2) {
      const auto path =
          Write(name, std::span(whole).first(whole.size() * static_cast<std::size_t>(part) / 10));
      EXPECT_THAT(ErrorOf(path), HasSubstr("expected")) << name << part;
    }
  }
}

}  // namespace
}  // namespace edgevlm
