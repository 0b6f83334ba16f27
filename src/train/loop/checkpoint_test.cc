#include "train/loop/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "gguf/reader.h"
#include "train/export/export.h"
#include "train/loop/losses.h"
#include "train/loop/trainer.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// An empty folder for each test.
class CheckpointTest : public ::testing::Test {
 protected:
  CheckpointTest()
      : folder_(::testing::TempDir() + "edgevlm_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~CheckpointTest() override { fs::remove_all(folder_); }

  std::string Path(const char* name) const { return folder_ + "/" + name; }

  std::string folder_;
};

torch::optim::AdamW OptimizerOf(Vlm& model) {
  return torch::optim::AdamW(model->parameters(), torch::optim::AdamWOptions(0.01));
}

void Step(Vlm& model, torch::optim::AdamW& optimizer, std::uint64_t seed) {
  const Batch batch = TinyBatch(2, seed);
  Losses losses;
  optimizer.zero_grad();
  const torch::Tensor features = model->EncodeImages(batch.images);
  const torch::Tensor grid = GridLoss(model->PredictGrid(features), batch, losses);
  const ResidualStreams streams = model->decoder->forward(model->Project(features), batch.ids,
                                                          batch.positions, batch.text_starts);
  (grid + TextLoss(model->decoder, streams.last, batch, losses)).backward();
  optimizer.step();
}

void ExpectSameState(const Vlm& a, const Vlm& b) {
  const auto weights = b->named_parameters();
  for (const auto& named : a->named_parameters()) {
    EXPECT_TRUE(torch::equal(named.value(), weights[named.key()])) << named.key();
  }
  const auto statistics = b->named_buffers();
  for (const auto& named : a->named_buffers()) {
    EXPECT_TRUE(torch::equal(named.value(), statistics[named.key()])) << named.key();
  }
}

TEST_F(CheckpointTest, AResumedRunEqualsAnUninterruptedOne) {
  Vlm model = TinyModel(kSeed);
  torch::optim::AdamW optimizer = OptimizerOf(model);
  Step(model, optimizer, 1);
  Step(model, optimizer, 2);
  const RunState state{.step = 2, .images = 4, .minutes = 0.25};
  ASSERT_EQ(SaveCheckpoint(folder_, model, optimizer, state), std::nullopt);
  Step(model, optimizer, 3);

  Vlm resumed = TinyModel(kSeed + 1);
  torch::optim::AdamW resumed_optimizer = OptimizerOf(resumed);
  const Result<RunState> loaded = LoadCheckpoint(folder_, resumed, resumed_optimizer);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(loaded->step, 2);
  EXPECT_EQ(loaded->images, 4);
  EXPECT_EQ(loaded->minutes, 0.25);
  Step(resumed, resumed_optimizer, 3);
  ExpectSameState(model, resumed);

  // Without the optimizer's moments, the step would differ.
  Vlm forgetful = TinyModel(kSeed);
  ASSERT_EQ(LoadModel(folder_, forgetful), std::nullopt);
  torch::optim::AdamW empty = OptimizerOf(forgetful);
  Step(forgetful, empty, 3);
  EXPECT_FALSE(torch::equal(forgetful->project_in->weight, model->project_in->weight));
}

TEST_F(CheckpointTest, DamageIsAnError) {
  Vlm model = TinyModel(kSeed);
  torch::optim::AdamW optimizer = OptimizerOf(model);
  Step(model, optimizer, 1);
  const auto load = [&]() -> Error {
    Vlm other = TinyModel(kSeed);
    torch::optim::AdamW other_optimizer = OptimizerOf(other);
    const Result<RunState> loaded = LoadCheckpoint(folder_, other, other_optimizer);
    return loaded ? Error{ErrorCode::kInvalid, "loaded"} : loaded.error();
  };
  EXPECT_EQ(load().code, ErrorCode::kNotFound) << "an empty folder";

  for (const char* name : {"model.pt", "optimizer.pt", "state.json"}) {
    ASSERT_EQ(SaveCheckpoint(folder_, model, optimizer, {}), std::nullopt);
    ASSERT_EQ(load().message, "loaded");
    fs::resize_file(Path(name), fs::file_size(Path(name)) / 2);
    EXPECT_EQ(load().code, ErrorCode::kCorrupt) << name << " cut";
    EXPECT_THAT(load().message, HasSubstr(name));
    EXPECT_EQ(load().message.find('\n'), std::string::npos) << load().message;
    fs::remove(Path(name));
    EXPECT_EQ(load().code, ErrorCode::kNotFound) << name << " gone";
  }
  std::ofstream(Path("state.json")) << "{\"step\": \"two\"}";
  EXPECT_EQ(load().code, ErrorCode::kCorrupt) << "a step that is no number";
}

TEST_F(CheckpointTest, AnotherShapeIsAnError) {
  Vlm model = TinyModel(kSeed);
  torch::optim::AdamW optimizer = OptimizerOf(model);
  ASSERT_EQ(SaveCheckpoint(folder_, model, optimizer, {}), std::nullopt);
  for (void (*change)(VlmShape&) :
       {+[](VlmShape& s) { s.decoder.width = 32; }, +[](VlmShape& s) { s.features = 16; },
        +[](VlmShape& s) { s.decoder.blocks = 3; }, +[](VlmShape& s) { s.things = 4; },
        +[](VlmShape& s) { s.decoder.context = 40; }}) {
    VlmShape shape = TinyShape();
    change(shape);
    Vlm other = TinyModel(kSeed, shape);
    const MaybeError error = LoadModel(folder_, other);
    ASSERT_TRUE(error.has_value()) << shape.decoder.width << " " << shape.features;
    EXPECT_EQ(error->code, ErrorCode::kCorrupt);
  }
}

TEST_F(CheckpointTest, LoadsThePartsThatARunHas) {
  Vlm model = TinyModel(kSeed);
  torch::serialize::OutputArchive archive, vision_encoder;
  model->vision_encoder->save(vision_encoder);
  archive.write("eye", vision_encoder);
  archive.save_to(Path("model.pt"));

  Vlm other = TinyModel(kSeed + 1);
  const torch::Tensor before = other->project_in->weight.clone();
  ASSERT_EQ(LoadParts(folder_, other), std::nullopt);
  EXPECT_TRUE(torch::equal(other->vision_encoder->stem->conv->weight,
                           model->vision_encoder->stem->conv->weight));
  EXPECT_TRUE(torch::equal(other->project_in->weight, before)) << "the file has none";

  VlmShape shape = TinyShape();
  shape.features = 16;
  Vlm wider = TinyModel(kSeed, shape);
  const MaybeError error = LoadParts(folder_, wider);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, ErrorCode::kCorrupt);
}

// A run from before the model had one of its heads.
TEST_F(CheckpointTest, AnOlderRunIsLoadedAndExportedButNotResumed) {
  Vlm model = TinyModel(kSeed);
  torch::optim::AdamW optimizer = OptimizerOf(model);
  ASSERT_EQ(SaveRun(folder_, TinyShape(), TinyVocabulary()), std::nullopt);
  ASSERT_EQ(SaveCheckpoint(folder_, model, optimizer, {}), std::nullopt);
  const auto save_without = [&](const std::string& head) {
    torch::serialize::OutputArchive archive;
    for (const auto& child : model->named_children()) {
      if (child.key() == head) continue;
      torch::serialize::OutputArchive part;
      child.value()->save(part);
      archive.write(child.key(), part);
    }
    archive.save_to(Path("model.pt"));
  };
  save_without("grid_reading");
  Vlm other = TinyModel(kSeed + 1);
  EXPECT_EQ(LoadModel(folder_, other), std::nullopt);
  EXPECT_TRUE(torch::equal(other->project_in->weight, model->project_in->weight));
  EXPECT_EQ(Export(folder_, Path("model.gguf"), {.name = "name"}), std::nullopt);
  const auto resumed = LoadCheckpoint(folder_, other, optimizer);
  ASSERT_FALSE(resumed.ok());
  EXPECT_THAT(resumed.error().message, HasSubstr("'grid_reading', found none"));
  save_without("decoder");
  EXPECT_EQ(LoadModel(folder_, other)->code, ErrorCode::kCorrupt);
}

TEST_F(CheckpointTest, AMissingFolderIsAnError) {
  Vlm model = TinyModel(kSeed);
  torch::optim::AdamW optimizer = OptimizerOf(model);
  const MaybeError error = SaveCheckpoint(Path("missing"), model, optimizer, {});
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, ErrorCode::kIo);
}

TEST_F(CheckpointTest, ARunKeepsItsShapeAndVocabulary) {
  const Vocabulary vocabulary = TinyVocabulary();
  ASSERT_EQ(SaveRun(folder_, TinyShape(), vocabulary), std::nullopt);
  const Result<train::Run> run = LoadRun(folder_);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_EQ(run->vocabulary.tokens, vocabulary.tokens);
  EXPECT_EQ(run->vocabulary.merges, vocabulary.merges);
  EXPECT_EQ(run->vocabulary.specials, vocabulary.specials);
  const VlmShape expected = TinyShape();
  EXPECT_EQ(run->shape.image_side, expected.image_side);
  EXPECT_EQ(run->shape.features, expected.features);
  EXPECT_EQ(run->shape.things, expected.things);
  EXPECT_EQ(run->shape.encoder, expected.encoder);
  EXPECT_EQ(run->shape.decoder.width, expected.decoder.width);
  EXPECT_EQ(run->shape.decoder.heads, expected.decoder.heads);
  EXPECT_EQ(run->shape.decoder.blocks, expected.decoder.blocks);
  EXPECT_EQ(run->shape.decoder.vocabulary, expected.decoder.vocabulary);
  EXPECT_EQ(run->shape.decoder.context, expected.decoder.context);
  EXPECT_EQ(run->shape.decoder.exits, expected.decoder.exits);
}

TEST_F(CheckpointTest, ARunKeepsTheSizeOfItsVisionEncoder) {
  for (const NamedEncoderSize& named : kEncoderSizes) {
    VlmShape shape = TinyShape();
    shape.encoder = named.size;
    shape.image_side = 2 * CellPixelsOf(named.size);
    ASSERT_EQ(SaveRun(folder_, shape, TinyVocabulary()), std::nullopt);
    EXPECT_EQ(LoadRun(folder_)->shape, shape) << named.name;
  }
}

TEST_F(CheckpointTest, AnOldRunHasNoExitsAndASmallVisionEncoder) {
  ASSERT_EQ(SaveRun(folder_, TinyShape(), TinyVocabulary()), std::nullopt);
  nlohmann::json older;
  std::ifstream(Path("run.json")) >> older;
  older["shape"].erase("exits");
  older["shape"].erase("vision_encoder");
  std::ofstream(Path("run.json")) << older;
  const Result<train::Run> run = LoadRun(folder_);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_TRUE(run->shape.decoder.exits.empty());
  EXPECT_EQ(run->shape.encoder, EncoderSize::kSmall);
}

TEST_F(CheckpointTest, ADamagedRunIsAnError) {
  EXPECT_EQ(LoadRun(folder_).error().code, ErrorCode::kNotFound);
  ASSERT_EQ(SaveRun(folder_, TinyShape(), TinyVocabulary()), std::nullopt);
  nlohmann::json sound;
  std::ifstream(Path("run.json")) >> sound;
  const auto code_of = [&](const std::string& text) {
    std::ofstream(Path("run.json")) << text;
    const Result<train::Run> run = LoadRun(folder_);
    return run ? ErrorCode::kInvalid : run.error().code;
  };
  for (const char* text : {"", "{", "[]", "7", "{\"shape\": {}}"}) {
    EXPECT_EQ(code_of(text), ErrorCode::kCorrupt) << text;
  }
  for (const char* key : {"shape", "tokens", "merges", "specials"}) {
    nlohmann::json damaged = sound;
    damaged.erase(key);
    EXPECT_EQ(code_of(damaged.dump()), ErrorCode::kCorrupt) << "without " << key;
  }
  struct Case {
    const char* field;
    nlohmann::json value;
  };
  for (const Case& c : {Case{"exits", nlohmann::json::array({0})},
                        Case{"exits", nlohmann::json::array({2})},
                        Case{"exits", nlohmann::json::array({1, 1})},
                        Case{"exits", "1"},
                        Case{"picture_side", 0},
                        Case{"picture_side", 40},
                        Case{"picture_side", 1 << 30},
                        Case{"features", -1},
                        Case{"things", -1},
                        Case{"width", 0},
                        Case{"width", 1 << 30},
                        Case{"heads", 0},
                        Case{"heads", 3},
                        Case{"blocks", 0},
                        Case{"blocks", 1 << 30},
                        Case{"vocabulary", 260},
                        Case{"context", 4},
                        Case{"context", -1},
                        Case{"vision_encoder", "huge"},
                        Case{"vision_encoder", 7}}) {
    nlohmann::json damaged = sound;
    damaged["shape"][c.field] = c.value;
    EXPECT_EQ(code_of(damaged.dump()), ErrorCode::kCorrupt) << c.field << " " << c.value;
  }
}

TEST_F(CheckpointTest, CommandsWithoutARunAreErrors) {
  TrainOptions options;
  options.out = Path("missing");
  EXPECT_EQ(EvaluateRun(options)->code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(options.out)) << "evaluating must not start a run";
  EXPECT_EQ(Export(Path("missing"), Path("model.gguf"), {.name = "name"})->code,
            ErrorCode::kNotFound);

  ASSERT_EQ(SaveRun(folder_, TinyShape(), TinyVocabulary()), std::nullopt);
  EXPECT_EQ(Export(folder_, Path("model.gguf"), {.name = "name"})->code, ErrorCode::kNotFound);
  EXPECT_FALSE(fs::exists(Path("model.gguf")));

  options.loaders = 0;
  EXPECT_EQ(EvaluateRun(options)->code, ErrorCode::kInvalid);
  std::ofstream(Path("file")) << "not a folder";
  options.loaders = 1;
  options.out = Path("file") + "/run";
  EXPECT_EQ(Train(options)->code, ErrorCode::kIo);
}

// The values of a tensor in a GGUF file.
std::vector<float> ValuesIn(const std::string& path, const std::string& tensor) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const Result<GgufFile> file = GgufFile::Parse(std::as_bytes(std::span(text)));
  CHECK(file.ok() && file->FindTensor(tensor) != nullptr);
  return *ToFloats(file->FindTensor(tensor)->view);
}

TEST_F(CheckpointTest, ExportDividesTheLogitsByATemperature) {
  Vlm model = TinyModel(kSeed);
  ASSERT_EQ(SaveRun(folder_, TinyShape(), TinyVocabulary()), std::nullopt);
  ASSERT_EQ(SaveModel(folder_, model), std::nullopt);
  ASSERT_EQ(Export(folder_, Path("1.gguf"), {.name = "name"}), std::nullopt);
  ASSERT_EQ(Export(folder_, Path("2.gguf"), {.name = "name", .temperature = 2}), std::nullopt);
  for (const char* tensor : {"output_norm.weight", "output_norm.bias"}) {
    std::vector<float> expected = ValuesIn(Path("1.gguf"), tensor);
    for (float& value : expected) value /= 2;
    EXPECT_EQ(ValuesIn(Path("2.gguf"), tensor), expected) << tensor;
  }
  for (const double bad : {0.0, -1.0, 11.0, std::nan("")}) {
    EXPECT_EQ(Export(folder_, Path("3.gguf"), {.name = "name", .temperature = bad})->code,
              ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace edgevlm::train
