// edgevlm transcribe, as a user runs it, without a model that was trained: what it rejects, and
// how. tests/real/transcribe_test.cc has a trained one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "program.h"
#include "recordings.h"

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

TEST(TranscribeTest, QuestionsAboutSoundsNeedAWhisper) {
  const std::string sound = DataPath("families/sound.wav");
  ExpectOneLine(RunEdgevlm({"ask", sound, "what is said?"}), "expected --whisper FILE, found none");
  ExpectOneLine(RunEdgevlm({"ask", ExampleImage("ducks.png"), "how many?", "--sound", sound}),
                "expected --whisper FILE, found none");
  ExpectOneLine(RunEdgevlm({"chat", sound}), "expected --whisper FILE, found none");
  ExpectOneLine(RunEdgevlm({"caption", sound}), "a WAV recording");
}

int PromptTokens(const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  return nlohmann::json::parse(outcome.output).value("prompt_tokens", 0);
}

// Silence, because what the random model writes is long.
TEST(TranscribeTest, WhatIsSaidIsPartOfThePrompt) {
  const TestFolder folder;
  const std::string whisper = WriteTinyWhisper(folder);
  const std::string silence = folder.Write("silence.wav", WavFile(Wave::kSilence, 2, 8000));
  const std::string image = ExampleImage("ducks.png");
  const std::vector<std::string> plain = {"ask", image, "how many?", "--json"};
  std::vector<std::string> with_sound = plain;
  with_sound.insert(with_sound.end(), {"--sound", silence, "--whisper", whisper});
  EXPECT_GT(PromptTokens(RunEdgevlm(with_sound)), PromptTokens(RunEdgevlm(plain)));
  const std::vector<std::string> chat = {"chat",      "--json", "-m", DataPath("tiny-text.gguf"),
                                         "--whisper", whisper};
  EXPECT_GT(PromptTokens(RunEdgevlm(chat, "/sound " + silence + "\nhi\n")),
            PromptTokens(RunEdgevlm(chat, "hi\n")));
}

}  // namespace
}  // namespace edgevlm
