// Small audio encoders of Ultravox and Qwen2-Audio with random weights: compared with what
// transformers computes for them, in prompts, and where they do not fit.
#include "engine/sound/encode_sound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "audio/sample_source.h"
#include "audio/testing/sounds.h"
#include "base/testing/golden_files.h"
#include "engine/prompt/write_prompt.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

constexpr std::size_t kSoundWidth = 128;
constexpr std::size_t kWindow = std::size_t{30} * kSampleRate;

// A decoder of the same width. context: other than its own, or 0.
std::vector<std::byte> SmallDecoder(std::uint32_t context) {
  const MappedFile mapped = OpenGolden("families/internvl-text.gguf");
  const auto file = GgufFile::Parse(mapped.bytes());
  CHECK(file.ok());
  GgufWriter writer;
  for (const GgufKey& key : file->keys()) {
    const bool is_context = key.name == keys::ContextLength("qwen2") && context > 0;
    writer.Add(key.name, is_context ? GgufValue(context) : file->Value(key));
  }
  for (const GgufTensor& tensor : file->tensors()) {
    writer.AddTensor(tensor.name, tensor.view.dtype, tensor.view.shape, tensor.view.bytes);
  }
  return *writer.ToBytes();
}

Engine LoadSmall(const std::string& family, Precision precision = Precision::kFloat32,
                 std::uint32_t context = 0) {
  const MappedFile mmproj = OpenGolden("families/" + family + "-mmproj.gguf");
  auto engine =
      Engine::Load(SmallDecoder(context), mmproj.bytes(), {.threads = 2, .precision = precision});
  if (!engine) CheckFailed(__FILE__, __LINE__, engine.error().message.c_str());
  return *std::move(engine);
}

// sound.wav, with silence up to so many samples.
std::vector<float> Samples(std::size_t at_least = 0) {
  const MappedFile file = OpenGolden("families/sound.wav");
  auto source = OpenSound(file.bytes());
  CHECK(source.ok());
  std::vector<float> samples;
  CHECK((*source)->Read(kWindow, samples).ok());
  samples.resize(std::max(samples.size(), at_least));
  return samples;
}

double WorstRow(const std::vector<float>& actual, const std::string& name) {
  return LeastCosine(actual, GoldenFloats("families/" + name), kSoundWidth);
}

std::vector<float> Embeddings(const Engine& engine, std::span<const float> samples) {
  const auto sound = engine.GetSound({{samples.begin(), samples.end()}});
  CHECK(sound.ok());
  return sound->embeddings->embeddings;
}

struct SoundGolden {
  const char* family;
  std::size_t samples;  // at least
  const char* expected;
};
void PrintTo(const SoundGolden& golden, std::ostream* out) { *out << golden.expected; }

// By itself, and padded with silence as if that were sound.
const SoundGolden kSoundGolden[] = {{"ultravox", 0, "ultravox.embd.f32"},
                                    {"ultravox", kWindow, "ultravox-30s.embd.f32"},
                                    {"qwen2a", 0, "qwen2a-masked.embd.f32"},
                                    {"qwen2a", kWindow, "qwen2a.embd.f32"}};

class SoundParity : public ::testing::TestWithParam<SoundGolden> {
 protected:
  static double WorstAt(Precision precision) {
    const Engine engine = LoadSmall(GetParam().family, precision, 2048);
    return WorstRow(Embeddings(engine, Samples(GetParam().samples)), GetParam().expected);
  }
};

TEST_P(SoundParity, InFloat32) { EXPECT_GE(WorstAt(Precision::kFloat32), 0.999999); }

TEST_P(SoundParity, ByDefault) { EXPECT_GE(WorstAt(Precision::kAuto), 0.999); }

INSTANTIATE_TEST_SUITE_P(Families, SoundParity, ::testing::ValuesIn(kSoundGolden));

// A longer sound is one window after the other, of one spectrogram.
TEST(Ultravox, ReadsLongSoundsByWindows) {
  const Engine engine = LoadSmall("ultravox");
  const std::vector<float> one = Samples(kWindow), longer = Samples(kWindow + kSampleRate);
  const std::vector<float> first = Embeddings(engine, one), all = Embeddings(engine, longer);
  constexpr std::size_t kRows = 188, kMore = 7;  // of 50 features
  ASSERT_EQ(first.size(), kRows * kSoundWidth);
  ASSERT_EQ(all.size(), (kRows + kMore) * kSoundWidth);
  EXPECT_TRUE(std::equal(first.begin(), first.end(), all.begin()));
}

TEST(SoundTokens, AreThoseOfTheSoundAlone) {
  const Engine ultravox = LoadSmall("ultravox");
  const Engine qwen = LoadSmall("qwen2a");
  const auto tokens = [](const Engine& engine, int frames) {
    return SoundTokens(*StateOf(engine).model.sound_encoder, frames);
  };
  // ceil(frames / 2 / 8), and (n - 2) / 2 + 1 with n = (frames - 1) / 2 + 1.
  for (int frames = 3; frames <= 3000; ++frames) {
    EXPECT_EQ(tokens(ultravox, frames), (frames + 15) / 16) << frames;
    EXPECT_EQ(tokens(qwen, frames), ((frames - 1) / 2 - 1) / 2 + 1) << frames;
  }
  // The decoder has 512 positions.
  EXPECT_DOUBLE_EQ(ultravox.info().most_sound_seconds, 81.44);
  EXPECT_DOUBLE_EQ(qwen.info().most_sound_seconds, 20.42);
}

std::string SoundError(const Engine& engine, const SoundInput& input) {
  const auto sound = engine.ReadSound(input);
  if (!sound) return sound.error().message;
  const auto encoded = engine.GetSound(*sound);
  return encoded ? "encoded" : encoded.error().message;
}

TEST(ReadSound, RefusesWhatTheModelDoesNotTake) {
  const Engine qwen = LoadSmall("qwen2a", Precision::kFloat32, 2048), small = LoadSmall("qwen2a");
  const auto error = [](const Engine& engine, double seconds) {
    return SoundError(engine, {.file = MakeSoundFile(Sine(440, kSampleRate, seconds), {})});
  };
  EXPECT_EQ(error(qwen, 0.01), "sound: expected at least 0.10 s, found 0.01 s");
  EXPECT_EQ(error(qwen, 0.1), "encoded");
  EXPECT_EQ(error(qwen, 30), "encoded");
  EXPECT_EQ(error(qwen, 30.5), "sound: expected at most 30.00 s, found 30.50 s");
  EXPECT_EQ(error(small, 21),
            "sound: expected at most 20.42 s, found 21.00 s (-c, --context sets the context)");
  EXPECT_NE(error(qwen, 0), "encoded");
  const std::string text = "not a sound";
  EXPECT_NE(SoundError(qwen, {.file = std::as_bytes(std::span(text))}), "encoded");
  EXPECT_EQ(SoundError(qwen, {.path = "/none.wav"}).substr(0, 10), "/none.wav:");
  const auto nan = qwen.GetSound({std::vector<float>(4000, std::nanf(""))});
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().message, "sound: expected finite samples, found NaN or infinity");
  const auto engine = Engine::LoadBuiltin({.threads = 1});
  EXPECT_EQ(error(*engine, 1),
            "sound: this model reads none; expected an audio encoder (mmproj) beside it");
}

// Silence and the shortest sound have finite embeddings.
TEST(GetSound, EncodesSilence) {
  for (const char* family : {"ultravox", "qwen2a"}) {
    const Engine engine = LoadSmall(family);
    for (const std::size_t samples : {1600u, 1601u, 16000u}) {
      const std::vector<float> values = Embeddings(engine, std::vector<float>(samples));
      EXPECT_TRUE(std::ranges::all_of(values, [](float v) { return std::isfinite(v); }));
    }
  }
}

TEST(GetSound, IsCachedByItsSamples) {
  const MappedFile mmproj = OpenGolden("families/ultravox-mmproj.gguf");
  const auto engine = Engine::Load(SmallDecoder(0), mmproj.bytes(),
                                   {.threads = 1, .image_cache_bytes = std::size_t{1} << 20});
  ASSERT_TRUE(engine);
  const auto first = engine->GetSound({Samples()}), again = engine->GetSound({Samples()});
  const auto other = engine->GetSound({Samples(48000)});
  ASSERT_TRUE(first && again && other);
  EXPECT_EQ(first->embeddings, again->embeddings);
  EXPECT_GT(first->timings.encode_ms, 0);
  EXPECT_EQ(again->timings.total_ms, 0);
  EXPECT_NE(first->embeddings, other->embeddings);
}

// The text around the sounds of a conversation, without its control tokens, and '*' for each
// embedding.
std::string PromptOf(const Engine& engine, std::span<const Message> messages) {
  const Model& model = StateOf(engine).model;
  const auto prompt = WriteConversation(model, messages);
  if (!prompt) return prompt.error().message;
  std::string text;
  for (const Prompt::Part& part : prompt->parts()) {
    text += part.image == nullptr ? model.tokenizer.Decode(part.tokens)
                                  : std::string(static_cast<std::size_t>(part.rows), '*');
  }
  return text;
}

TEST(SoundPrompt, HasTheFormOfTheFamily) {
  constexpr const char* kBegin = "user\n";
  constexpr const char* kEnd = "\nassistant\n";
  const std::vector<float> samples(1600);  // 10 frames
  const Engine ultravox = LoadSmall("ultravox"), qwen = LoadSmall("qwen2a");
  const auto part = [&](const Engine& engine) {
    return Part{.image = engine.GetSound({samples})->embeddings};
  };
  const Message one = {.role = Role::kUser, .parts = {part(ultravox), {.text = "who?"}}};
  EXPECT_EQ(PromptOf(ultravox, {&one, 1}), std::string(kBegin) + "*who?" + kEnd);
  const Message alone = {.role = Role::kUser, .parts = {part(ultravox)}};
  EXPECT_EQ(PromptOf(ultravox, {&alone, 1}), std::string(kBegin) + "*" + kEnd);
  const Message talk[] = {
      {.role = Role::kUser, .parts = {part(qwen), {.text = "who?"}}},
      {.role = Role::kAssistant, .parts = {{.text = "a"}}},
      {.role = Role::kUser, .parts = {part(qwen), part(qwen), {.text = "and?"}}}};
  EXPECT_EQ(PromptOf(qwen, talk), std::string(kBegin) +
                                      "Audio 1: <|audio_bos|>**<|audio_eos|>\nwho?" + kEnd + "a\n" +
                                      kBegin + "Audio 2: <|audio_bos|>**<|audio_eos|>\n" +
                                      "Audio 3: <|audio_bos|>**<|audio_eos|>\nand?" + kEnd);
}

// What a session saves, another goes on with.
TEST(SoundSession, IsRestored) {
  const Engine engine = LoadSmall("qwen2a");
  Session session(engine);
  const auto sound = session.EncodeSound({Samples()});
  ASSERT_TRUE(sound);
  const std::vector<Message> messages = {
      {.role = Role::kUser, .parts = {{.image = sound->embeddings}, {.text = "who?"}}}};
  const auto reply = session.Chat(messages, {.max_tokens = 4});
  ASSERT_TRUE(reply) << reply.error().message;
  const auto saved = session.Save(messages);
  ASSERT_TRUE(saved);
  Session other(engine);
  const auto restored = other.Restore(*saved);
  ASSERT_TRUE(restored) << restored.error().message;
  const EncodedImage& image = *restored->front().parts.front().image;
  EXPECT_TRUE(image.is_sound);
  EXPECT_EQ(image.counted_as, "Audio");
  EXPECT_EQ(image.embeddings, sound->embeddings->embeddings);
  const auto again = other.Chat(*restored, {.max_tokens = 4});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->text, reply->text);
  EXPECT_GT(again->reused_tokens, sound->embeddings->tokens);
}

std::string LoadError(const std::vector<std::byte>& decoder, std::span<const std::byte> mmproj) {
  const auto engine = Engine::Load(decoder, mmproj, {.threads = 1});
  return engine ? "loaded" : engine.error().message;
}

TEST(SoundEncoder, NeedsADecoderOfItsWidth) {
  const MappedFile mmproj = OpenGolden("families/ultravox-mmproj.gguf");
  const MappedFile opt = OpenGolden("families/phi3-text.gguf");
  const std::vector<std::byte> decoder(opt.bytes().begin(), opt.bytes().end());
  EXPECT_EQ(LoadError(decoder, mmproj.bytes()),
            "model: audio projector outputs: expected 192, found 128");
}

}  // namespace
}  // namespace edgevlm
