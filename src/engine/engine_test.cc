#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "edgevlm/edgevlm.h"
#include "engine/testing/tiny_engine.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(const Result<Engine>& engine) {
  return engine ? "loaded" : engine.error().message;
}

std::string LoadChanged(const std::function<void(TinyModel&)>& change) {
  TinyModel model = TinyWithTokenizer();
  change(model);
  return ErrorOf(Engine::Load(model.ToBytes(), {.threads = 1}));
}

TEST(Engine, RefusesExitsThatItDoesNotHave) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  const auto error_of = [&](const ExitOptions& early_exit) {
    EngineOptions options = {.threads = 1};
    options.early_exit = early_exit;
    const Result<Engine> engine = Engine::Load(bytes, options);
    return engine ? "loaded" : engine.error().message;
  };
  EXPECT_EQ(error_of({.mode = EarlyExit::kExit, .layers = {1}}), "loaded");
  EXPECT_EQ(error_of({.mode = EarlyExit::kExit, .layers = {1, 2}}),
            "options: exit_layers: expected increasing numbers from 1 to 1, found 1,2");
  EXPECT_EQ(error_of({.mode = EarlyExit::kExit}),
            "options: early_exit: expected a model with trained exits, or exit_layers, found none");
  EXPECT_EQ(error_of({.threshold = 1.5f}),
            "options: exit_threshold: expected above 0, at most 1, found 1.5");
}

TEST(Engine, SaysWhatItLoaded) {
  const Engine engine = TinyEngine(2);
  const ModelInfo& info = engine.info();
  EXPECT_EQ(info.name, "tiny");
  EXPECT_EQ(info.architecture, "gpt2");
  EXPECT_EQ(info.vision_encoder, "mobilenet_v3");
  EXPECT_EQ(info.projector, "mlp");
  EXPECT_FALSE(info.instruction_set.empty());
  EXPECT_EQ(info.threads, 2);
  EXPECT_EQ(info.context_tokens, 320);
  EXPECT_EQ(info.embedding_length, 24);
  EXPECT_EQ(info.block_count, 2);
  EXPECT_EQ(info.head_count, 3);
  EXPECT_EQ(info.vocabulary_tokens, 266);
  EXPECT_EQ(info.image_size, 32);
  EXPECT_EQ(info.image_tokens, 16);
  EXPECT_GT(info.parameters, 266 * 24 + 320 * 24);
  EXPECT_GT(info.file_bytes, info.parameters * 2);
}

TEST(Engine, DecodesWithThreadsOfItsOwn) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  const Result<Engine> engine = Engine::Load(bytes, {.threads = 3, .decode_threads = 1});
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  EXPECT_EQ(engine->info().threads, 3);
  EXPECT_EQ(engine->info().decode_threads, 1);
  EXPECT_EQ(TinyEngine(3).info().decode_threads, 3);
  const auto caption = [](const Engine& of) {
    Session session(of);
    CHECK(!session.SetImage(TinyImage(40, 30, 1)));
    return session.Caption({.max_tokens = 12, .temperature = 2.0f, .seed = 1})->text;
  };
  EXPECT_EQ(caption(*engine), caption(TinyEngine(3)));
}

void WriteBytes(const std::string& path, const std::vector<std::byte>& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

TEST(Engine, LoadsFromAFile) {
  const std::string path = std::filesystem::temp_directory_path() / "edgevlm_engine_test_tiny.gguf";
  WriteBytes(path, TinyWithTokenizer().ToBytes());
  const Result<Engine> engine = Engine::Load(path, {.threads = 1});
  std::remove(path.c_str());
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  const EncodedImage image = *engine->EncodeImage(TinyImage(8, 8, 1));
  EXPECT_EQ(image.embeddings, TinyEngine().EncodeImage(TinyImage(8, 8, 1))->embeddings);
}

// Split as by gguf-split: half of the tensors in a second file.
TEST(Engine, LoadsAModelInParts) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  const Result<GgufFile> whole = GgufFile::Parse(bytes);
  ASSERT_TRUE(whole.ok());
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const std::string paths[] = {folder / "edgevlm_engine_test-00001-of-00002.gguf",
                               folder / "edgevlm_engine_test-00002-of-00002.gguf"};
  const std::size_t count = whole->tensors().size();
  for (std::uint16_t part = 0; part < 2; ++part) {
    GgufWriter writer;
    for (const GgufKey& key : whole->keys()) {
      if (part == 0) writer.Add(key.name, whole->Value(key));
    }
    writer.Add(keys::kSplitNumber, part);
    writer.Add(keys::kSplitCount, std::uint16_t{2});
    writer.Add(keys::kSplitTensors, static_cast<std::int32_t>(count));
    const std::size_t half = part == 0 ? count / 2 : count - count / 2;
    for (const GgufTensor& tensor : whole->tensors().subspan(part * (count / 2), half)) {
      writer.AddTensor(tensor.name, tensor.view.dtype, tensor.view.shape, tensor.view.bytes);
    }
    WriteBytes(paths[part], *writer.ToBytes());
  }
  const Result<Engine> engine = Engine::Load(paths[0], {.threads = 1});
  const Result<Engine> second = Engine::Load(paths[1], {.threads = 1});
  std::remove(paths[1].c_str());
  const Result<Engine> missing = Engine::Load(paths[0], {.threads = 1});
  std::remove(paths[0].c_str());
  ASSERT_TRUE(engine.ok()) << engine.error().message;
  const std::vector<int> tokens = {97, 32, 99, 97, 116};
  EXPECT_EQ(*engine->Logits(tokens, nullptr), *TinyEngine().Logits(tokens, nullptr));
  EXPECT_GT(engine->info().file_bytes, static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(second.error().message,
            paths[1] + ": part 2 of 2 of a model: expected the first, " + paths[0]);
  EXPECT_EQ(missing.error().message, paths[1] + ": no such file (part 2 of 2 of the model)");
}

// The projector's outputs do not have the decoder's width.
void ChangeProjectorWidth(TinyModel& model) {
  constexpr int kOther = TinyModel::kWidth - 1;
  model.keys[std::string(keys::kProjectionDim)] = std::uint32_t{kOther};
  model.tensors["mm.0.weight"] = {{kOther, 20}, std::vector<float>(kOther * 20)};
  model.tensors["mm.0.bias"] = {{kOther}, std::vector<float>(kOther)};
  model.tensors["mm.2.weight"] = {{kOther, kOther}, std::vector<float>(kOther * kOther)};
  model.tensors["mm.2.bias"] = {{kOther}, std::vector<float>(kOther)};
}

TEST(Engine, LeavesAVisionEncoderOfAnotherModelAside) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::temp_directory_path() / ("edgevlm_engine_test_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::string path = folder / "text.gguf", vision_encoder_path = folder / "mmproj-other.gguf";
  TinyModel text = TinyWithTokenizer(), vision_encoder = TinyWithTokenizer();
  text.keys.erase(std::string(keys::kHasVisionEncoder));
  WriteBytes(path, text.ToBytes());
  WriteBytes(vision_encoder_path, vision_encoder.ToBytes());
  EXPECT_EQ(Engine::Load(path)->info().vision_encoder, "mobilenet_v3");
  EngineOptions options;
  options.mmproj = kNoMmproj;
  EXPECT_EQ(Engine::Load(path, options)->info().vision_encoder, "");

  ChangeProjectorWidth(vision_encoder);
  WriteBytes(vision_encoder_path, vision_encoder.ToBytes());
  const Result<Engine> engine = Engine::Load(path);
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ(engine->info().vision_encoder, "");
  EXPECT_EQ(engine->info().file_bytes, static_cast<std::int64_t>(text.ToBytes().size()));
  options.mmproj = vision_encoder_path;
  EXPECT_THAT(ErrorOf(Engine::Load(path, options)),
              HasSubstr("projector outputs: expected 24, found 23"));
  WriteBytes(path, TinyWithTokenizer().ToBytes());
  EXPECT_EQ(Engine::Load(path)->info().vision_encoder, "mobilenet_v3") << "its own";
  fs::remove_all(folder);
}

TEST(Engine, RefusesBadFilesAndOptions) {
  EXPECT_THAT(ErrorOf(Engine::Load(std::string("/no/such/model.gguf"))),
              HasSubstr("/no/such/model.gguf"));
  EXPECT_THAT(ErrorOf(Engine::Load(std::span<const std::byte>())), HasSubstr("gguf"));
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  EXPECT_EQ(ErrorOf(Engine::Load(bytes, {.threads = -1})),
            "options: threads: expected 0 to 256, found -1");
  EXPECT_EQ(ErrorOf(Engine::Load(bytes, {.threads = 2, .decode_threads = 3})),
            "options: decode_threads: expected 0 to 2, found 3");
  EXPECT_THAT(ErrorOf(Engine::Load(bytes, {.threads = 256, .pin = true})),
              HasSubstr("pin: expected at most"));
  EXPECT_THAT(ErrorOf(Engine::Load(std::span(bytes).first(bytes.size() / 2))), HasSubstr("gguf"));
}

TEST(Engine, PartsMustFitEachOther) {
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[std::string(keys::kEosTokenId)] = std::uint32_t{266};
              }),
              HasSubstr("eos_token_id': expected 0 to 265, found 266"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[std::string(keys::kTokenTypes)] = std::vector<std::int32_t>{1};
              }),
              HasSubstr("token_type"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[std::string(keys::kTokenizerModel)] = std::string("t5");
              }),
              HasSubstr("expected 'gpt2' or 'llama', found 't5'"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[std::string(keys::kTokenizerModel)] = std::string("llama");
              }),
              HasSubstr("tokenizer.ggml.scores"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[std::string(keys::kTokenizerPre)] = std::string("klingon");
              }),
              HasSubstr("'qwen2', 'deepseek-r1-qwen' or 'smollm', found 'klingon'"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[std::string(keys::kTokenTypes)] = std::vector<std::int32_t>(266, 7);
              }),
              HasSubstr("token_type': expected types from 0 to 6, found 7"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[std::string(keys::kAddBosToken)] = std::string("yes");
              }),
              HasSubstr("tokenizer.ggml.add_bos_token"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.tensors["token_embd.weight"] = {{8, 24}, std::vector<float>(8 * 24)};
              }),
              HasSubstr("tokens of the tokenizer: expected 8, found 266"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                model.keys[keys::ContextLength("gpt2")] = std::uint32_t{17};
                model.tensors["position_embd.weight"] = {{17, 24}, std::vector<float>(17 * 24)};
              }),
              HasSubstr("tokens of an image: expected at most 15, found 16"));
  EXPECT_THAT(LoadChanged(ChangeProjectorWidth),
              HasSubstr("projector outputs: expected 24, found 23"));
}

// Any bytes: an error, or a model that runs with any output.
TEST(Engine, DamagedFilesNeverCrash) {
  std::mt19937 random(20240607);
  const std::vector<std::byte> whole = TinyWithTokenizer().ToBytes();
  const std::vector<std::byte> image = TinyImage(8, 8, 1);
  int loaded = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::byte> bytes = whole;
    // Keys and tensor names are in the first quarter; half of the damage goes there.
    const std::size_t range = round % 2 == 0 ? bytes.size() / 4 : bytes.size();
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
      bytes[random() % range] = static_cast<std::byte>(random());
    }
    const Result<Engine> engine = Engine::Load(bytes, {.threads = 1});
    if (!engine) continue;
    ++loaded;
    Session session(*engine);
    if (session.SetImage(image)) continue;
    (void)session.Caption({.max_tokens = 3});
  }
  EXPECT_GT(loaded, 10);
}

TEST(Engine, ImagesEncodedTogetherEqualOneByOne) {
  const Engine engine = TinyEngine(3);
  std::vector<std::vector<std::byte>> files;
  for (int i = 0; i < 11; ++i) files.push_back(TinyImage(20 + i, 40 - i, 100u + unsigned(i)));
  const std::vector<std::span<const std::byte>> views(files.begin(), files.end());
  const Result<std::vector<EncodedImage>> together = engine.EncodeImages(views);
  ASSERT_TRUE(together.ok()) << together.error().message;
  ASSERT_EQ(together->size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Result<EncodedImage> alone = engine.EncodeImage(files[i]);
    ASSERT_TRUE(alone.ok());
    EXPECT_EQ((*together)[i].embeddings, alone->embeddings) << "image " << i;
    EXPECT_EQ(alone->tokens, 16);
    EXPECT_EQ(alone->width, 24);
    EXPECT_GT(alone->timings.encode_ms, 0);
  }
  EXPECT_NE((*together)[0].embeddings, (*together)[1].embeddings);
}

TEST(Engine, NamesTheImageThatIsBroken) {
  const Engine engine = TinyEngine();
  std::vector<std::vector<std::byte>> files(9, TinyImage(4, 4, 1));
  files.emplace_back(30);
  const std::vector<std::span<const std::byte>> views(files.begin(), files.end());
  const auto images = engine.EncodeImages(views);
  ASSERT_FALSE(images.ok());
  EXPECT_THAT(images.error().message, HasSubstr("image 9: "));
  EXPECT_EQ(engine.EncodeImages({})->size(), 0u);
}

TEST(Engine, PixelsAreChecked) {
  const Engine engine = TinyEngine();
  const std::vector<std::uint8_t> rgb(12);
  EXPECT_TRUE(engine.EncodeImage(PixelsView{2, 2, rgb}).ok());
  EXPECT_FALSE(engine.EncodeImage(PixelsView{2, 3, rgb}).ok());
  EXPECT_FALSE(engine.EncodeImage(PixelsView{0, 0, {}}).ok());
  EXPECT_FALSE(engine.EncodeImage(PixelsView{-2, -2, rgb}).ok());
  EXPECT_FALSE(engine.EncodeImage(PixelsView{2147483647, 2147483647, rgb}).ok());
}

TEST(Engine, LogitsOfATokenList) {
  const Engine engine = TinyEngine();
  const EncodedImage image = *engine.EncodeImage(TinyImage(8, 8, 1));
  const std::vector<int> words = {1, 2, 3};
  EXPECT_EQ(engine.Logits(words, nullptr)->size(), 3u * 266u);
  const std::vector<int> tokens = {9, kImageToken, 5, 6};
  const Result<std::vector<float>> logits = engine.Logits(tokens, &image);
  ASSERT_TRUE(logits.ok()) << logits.error().message;
  EXPECT_EQ(logits->size(), 2u * 266u);
  const std::vector<int> image_only = {kImageToken};
  EXPECT_EQ(engine.Logits(image_only, &image)->size(), 0u);

  // Longer than a chunk: the first rows equal those of a short list.
  std::vector<int> many(300, 7);
  const std::vector<float> all = *engine.Logits(many, nullptr);
  const std::vector<float> few = *engine.Logits(std::span(many).first(3), nullptr);
  EXPECT_EQ(std::vector<float>(all.begin(), all.begin() + 3 * 266), few);
}

TEST(Engine, TokenListsAreChecked) {
  const Engine engine = TinyEngine();
  EncodedImage image = *engine.EncodeImage(TinyImage(8, 8, 1));
  const auto error = [&](std::vector<int> tokens, const EncodedImage* image) {
    const auto logits = engine.Logits(tokens, image);
    return logits ? "accepted" : logits.error().message;
  };
  EXPECT_EQ(error({}, nullptr), "tokens: expected at least one, found none");
  EXPECT_EQ(error({1, 266}, nullptr), "tokens: expected ids below 266, found 266");
  EXPECT_EQ(error({1, -2}, nullptr), "tokens: expected ids below 266, found -2");
  EXPECT_THAT(error({kImageToken}, nullptr), HasSubstr("no place for an image"));
  EXPECT_THAT(error({kImageToken, kImageToken}, &image), HasSubstr("found several"));
  EXPECT_EQ(error(std::vector<int>(321), nullptr),
            "tokens: expected at most 320 positions, found 321");
  image.embeddings.pop_back();
  EXPECT_THAT(error({1}, &image), HasSubstr("image: expected embeddings of width 24"));
}

TEST(Engine, MovesWithItsSessions) {
  Engine engine = TinyEngine();
  Session session(engine);
  const Engine moved = std::move(engine);
  ASSERT_FALSE(session.SetImage(TinyImage(8, 8, 1)));
  EXPECT_TRUE(session.Caption({.max_tokens = 3}).ok());
}

}  // namespace
}  // namespace edgevlm
