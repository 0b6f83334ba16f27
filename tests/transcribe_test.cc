// edgevlm transcribe, as a user runs it, without a model that was trained: what it rejects, and
// how. tests/real/transcribe_test.cc has a trained one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "program.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

void ExpectOneLine(const Outcome& outcome, const std::string& part) {
  EXPECT_EQ(outcome.exit_code, 1) << outcome.errors;
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors, HasSubstr(part));
  EXPECT_EQ(std::ranges::count(outcome.errors, '\n'), 1) << outcome.errors;
}

TEST(TranscribeTest, OtherModelsAreOneLine) {
  const std::string sound = DataPath("families/sound.wav");
  ExpectOneLine(RunEdgevlm({"transcribe", "-m", DataPath("tiny-text.gguf"), sound}),
                "expected whisper, found 'llama'");
  ExpectOneLine(RunEdgevlm({"transcribe", "-m", DataPath("families/whisper.gguf"), sound}),
                "expected a token <|startoftranscript|>, found none");
  ExpectOneLine(RunEdgevlm({"transcribe", "-m", sound, sound}), "a WAV recording");
  ExpectOneLine(RunEdgevlm({"transcribe", "-m", "/no/model.gguf", sound}), "/no/model.gguf");
}

TEST(TranscribeTest, AWhisperIsNoModelForChats) {
  ExpectOneLine(
      RunEdgevlm({"chat", "-m", DataPath("families/whisper.gguf"), "--mmproj", "none"}, "hello\n"),
      "found 'whisper'");
}

TEST(TranscribeTest, WrongUsageIsExplained) {
  const Outcome without = RunEdgevlm({"transcribe", "a.wav"});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.errors, HasSubstr("--model"));
  const Outcome several = RunEdgevlm({"transcribe", "-m", "x.gguf", "--srt", "a.wav", "b.wav"});
  EXPECT_EQ(several.exit_code, 2);
  EXPECT_THAT(several.errors, HasSubstr("--output FOLDER"));
}

}  // namespace
}  // namespace edgevlm
