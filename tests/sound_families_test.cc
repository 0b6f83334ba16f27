// Ultravox and Qwen2-Audio from files, as a user runs them: small audio encoders with random
// weights before a small decoder. src/engine/sound/ compares what they compute.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "program.h"
#include "recordings.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string InFolder(const std::string& name) { return DataPath("families/" + name); }
std::string SoundPath() { return InFolder("sound.wav"); }  // 2.56 s

std::vector<std::string> ModelWith(const std::string& mmproj,
                                   const std::vector<std::string>& others) {
  std::vector<std::string> arguments = {"-m", InFolder("internvl-text.gguf"), "--mmproj", mmproj};
  arguments.insert(arguments.end(), others.begin(), others.end());
  return arguments;
}

Outcome RunOn(const std::string& command, const std::string& mmproj,
              const std::vector<std::string>& others, const std::string& input = {}) {
  std::vector<std::string> arguments = ModelWith(mmproj, others);
  arguments.insert(arguments.begin(), command);
  return RunEdgevlm(arguments, input);
}

// A question with a short reply, as JSON.
json AskAbout(const std::string& mmproj, std::vector<std::string> others,
              const std::string& input = {}) {
  others.insert(others.end(), {"--json", "--max-tokens", "4"});
  const Outcome outcome = RunOn("ask", mmproj, others, input);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  return json::parse(outcome.output, nullptr, false);
}

int PromptTokens(const json& reply) { return reply["prompt_tokens"].get<int>(); }

std::string Ultravox() { return InFolder("ultravox-mmproj.gguf"); }
std::string Qwen2Audio() { return InFolder("qwen2a-mmproj.gguf"); }

// 16 and 64 embeddings; Qwen2-Audio has marks around them, which are letters to this tokenizer.
TEST(SoundFamilies, AnswerAboutASound) {
  const int ultravox = PromptTokens(AskAbout(Ultravox(), {SoundPath(), "what is it?"}));
  const int qwen = PromptTokens(AskAbout(Qwen2Audio(), {SoundPath(), "what is it?"}));
  const std::string marks = "Audio 1: <|audio_bos|><|audio_eos|>\n";
  EXPECT_EQ(qwen - ultravox, 64 - 16 + static_cast<int>(marks.size()));
  // The recording may be the question.
  EXPECT_EQ(PromptTokens(AskAbout(Ultravox(), {SoundPath(), ""})),
            ultravox - static_cast<int>(std::string("what is it?").size()));
  std::ifstream file(SoundPath(), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(PromptTokens(AskAbout(Ultravox(), {"-", "what is it?"}, bytes)), ultravox);
  EXPECT_EQ(
      PromptTokens(AskAbout(Ultravox(), {SoundPath(), "what is it?", "--sound", SoundPath()})),
      ultravox + 16);
}

TEST(SoundFamilies, HearAndSee) {
  const TestFolder folder;
  const std::string both = WriteTwoEncoders(folder);
  const std::string image = InFolder("internvl.png");
  const int alone = PromptTokens(AskAbout(both, {image, "what is it?"}));
  EXPECT_EQ(PromptTokens(AskAbout(both, {image, "what is it?", "--sound", SoundPath()})),
            alone + 16);
  EXPECT_GT(PromptTokens(AskAbout(both, {SoundPath(), "what is it?"})), 16);
  const Outcome info = RunOn("info", both, {"--json"});
  const json model = json::parse(info.output)["model"];
  EXPECT_EQ(model["projector"], "internvl");
  EXPECT_EQ(model["sound_projector"], "ultravox");
  EXPECT_EQ(model["sound_seconds"], 81.44);
  EXPECT_THAT(RunOn("info", Qwen2Audio(), {}).output,
              HasSubstr("audio encoder      qwen2a, sounds of at most 20 s"));
}

TEST(SoundFamilies, ChatKeepsSounds) {
  const Outcome outcome =
      RunOn("chat", Qwen2Audio(), {"--json", "--max-tokens", "2", "--temperature", "0"},
            "/sound " + SoundPath() + "\nwhat is it?\nand where?\n");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  std::istringstream lines(outcome.output);
  std::vector<json> replies;
  for (std::string line; std::getline(lines, line);) replies.push_back(json::parse(line));
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_GT(PromptTokens(replies[0]), 64);
  EXPECT_GT(replies[1]["reused_tokens"].get<int>(), 64);
}

TEST(SoundFamilies, ASessionIsNotEncodedAgain) {
  const TestFolder folder;
  const std::vector<std::string> question = {SoundPath(), "what is it?", "--session",
                                             folder.Path("a.session")};
  EXPECT_GT(AskAbout(Ultravox(), question)["timings"]["encode_ms"], 0);
  const json again = AskAbout(Ultravox(), question);
  EXPECT_EQ(again["timings"]["encode_ms"], 0);
  EXPECT_GT(again["reused_tokens"].get<int>(), 16);
}

TEST(SoundFamilies, SayWhatDoesNotFit) {
  const TestFolder folder;
  const auto error = [&](const std::string& mmproj, std::vector<std::string> others) {
    const Outcome outcome = RunOn("ask", mmproj, others);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    return outcome.errors;
  };
  const std::string wide = folder.Write("long.wav", WavFile(Wave::kNoise, 40, 8000));
  EXPECT_THAT(error(Qwen2Audio(), {wide, "?"}),
              HasSubstr("long.wav: sound: expected at most 20.42 s, found 40.00 s"));
  const std::string empty = folder.Write("empty.wav", WavFile(Wave::kNoise, 0, 8000));
  EXPECT_THAT(error(Ultravox(), {empty, "?"}), HasSubstr("empty.wav: "));
  EXPECT_THAT(error(Ultravox(), {InFolder("prep.png"), "?"}),
              HasSubstr("image: this model reads none"));
  EXPECT_THAT(error(InFolder("internvl-mmproj.gguf"), {SoundPath(), "?"}), HasSubstr("--whisper"));
  const Outcome other = RunEdgevlm(
      {"ask", SoundPath(), "?", "-m", InFolder("phi3-text.gguf"), "--mmproj", Ultravox()});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.errors, HasSubstr("audio projector outputs: expected 192, found 128"));
  // A file cut anywhere.
  const auto size = std::filesystem::file_size(Ultravox());
  for (const std::uintmax_t cut : {size / 100, size / 2, size - 1}) {
    const std::string path = folder.Path("cut-mmproj.gguf");
    std::filesystem::copy_file(Ultravox(), path, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(path, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
    std::filesystem::resize_file(path, cut);
    EXPECT_THAT(error(path, {SoundPath(), "?"}), HasSubstr("cut-mmproj.gguf"));
  }
}

}  // namespace
}  // namespace edgevlm
