// edgevlm transcribe, as a user runs it, without a model that was trained: what it rejects, and
// how. tests/real/transcribe_test.cc has a trained one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
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

// What `ffmpeg ARGUMENTS NAME` makes, or nothing where it or edgevlm-video is missing.
std::string MakeMedia(const TestFolder& folder, const std::string& name,
                      const std::string& arguments) {
  const auto decoder = std::filesystem::path(BinaryPath()).parent_path() / "edgevlm-video";
  const bool can = std::system("command -v ffmpeg > /dev/null") == 0;
  if (!can || !std::filesystem::exists(decoder)) return {};
  const std::string path = folder.Path(name);
  const std::string command = "ffmpeg -nostdin -loglevel error " + arguments + " " + path;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return path;
}

std::vector<std::string> AskQwen(const std::string& video, const std::string& whisper) {
  return {"ask",
          video,
          "what?",
          "--json",
          "-m",
          DataPath("families/qwen3vl-text.gguf"),
          "--mmproj",
          DataPath("families/qwen3vl-mmproj.gguf"),
          "--chat-template",
          "chatml",
          "--max-tokens",
          "4",
          "-c",
          "4096",
          "--frames",
          "uniform:1",
          "--whisper",
          whisper};
}

TEST(TranscribeTest, VideosAreHeard) {
  const TestFolder folder;
  const std::string frames = "-f lavfi -i color=red:s=64x48:r=5:d=2 ";
  const std::string silent =
      MakeMedia(folder, "silent.mp4", frames + "-f lavfi -i anullsrc -t 2 -c:v mpeg4 -c:a aac");
  if (silent.empty()) GTEST_SKIP() << "ffmpeg or edgevlm-video is missing";
  const std::string whisper = WriteTinyWhisper(folder);
  const std::string loud =
      MakeMedia(folder, "loud.mp4", frames + "-f lavfi -i anoisesrc=d=2 -c:v mpeg4 -c:a aac");
  const std::string mute = MakeMedia(folder, "mute.mp4", frames + "-c:v mpeg4");
  const auto ask = [&](const std::string& video) {
    const Outcome outcome = RunEdgevlm(AskQwen(video, whisper));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return nlohmann::json::parse(outcome.output, nullptr, false);
  };
  const auto heard = ask(loud), nothing = ask(silent), without = ask(mute);
  ASSERT_FALSE(heard["transcript"].empty());
  EXPECT_LE(heard["transcript"][0]["end"].get<double>(), 2.1);
  EXPECT_EQ(nothing["transcript"], nlohmann::json::array());
  EXPECT_TRUE(without["transcript"].is_null());
  EXPECT_TRUE(without.contains("transcript"));
  EXPECT_GT(heard["prompt_tokens"].get<int>(), nothing["prompt_tokens"].get<int>());
  EXPECT_EQ(nothing["prompt_tokens"], without["prompt_tokens"]);
  ExpectOneLine(RunEdgevlm({"transcribe", "-m", whisper, mute}),
                "mute.mp4: sound: expected a sound track, found none");
  // A file of a video's format that holds sound alone.
  const std::string sound =
      MakeMedia(folder, "sound.webm", "-f lavfi -i anullsrc -t 2 -c:a libopus");
  EXPECT_EQ(RunEdgevlm(AskQwen(sound, whisper)).exit_code, 0);
  ExpectOneLine(RunEdgevlm({"ask", sound, "what?"}), "expected --whisper FILE, found none");
}

// A header that gives no length, as of a microphone, and no end: what is said comes as it is said.
TEST(TranscribeTest, APipeWithoutEndIsTranscribedAsItComes) {
  const TestFolder folder;
  if (MakeMedia(folder, "any.wav", "-f lavfi -i anullsrc -t 1").empty()) {
    GTEST_SKIP() << "ffmpeg or edgevlm-video is missing";
  }
  const std::string whisper = WriteTinyWhisper(folder);
  const std::string command =
      "ffmpeg -nostdin -loglevel quiet -f lavfi -i "
      "anoisesrc -f wav -ar 16000 -ac 1 - | " +
      BinaryPath() + " transcribe -m " + whisper + " - 2> " + folder.Path("errors") +
      " | head -n 1 > " + folder.Path("lines");
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_NE(ReadWholeFile(folder.Path("lines")), "") << ReadWholeFile(folder.Path("errors"));
}

}  // namespace
}  // namespace edgevlm
