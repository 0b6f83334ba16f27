#include "train/teach/teach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/mapped_file.h"
#include "gguf/reader.h"
#include "image/write.h"
#include "train/distil/teacher_samples.h"
#include "train/export/import.h"
#include "train/loop/step_losses.h"
#include "train/teach/teach_image.h"
#include "train/testing/tensors.h"
#include "train/testing/tiny_trainer.h"

namespace edgevlm::train {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The built-in model teaches; every test has a folder of its own.
class TeachTest : public ::testing::Test {
 protected:
  TeachTest()
      : folder_(::testing::TempDir() + "teach_" +
                ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_ + "/images");
    const char* const source = std::getenv("EDGEVLM_SOURCE");
    options_.teacher = std::string(source == nullptr ? "." : source) + "/models/builtin.gguf";
    options_.data = "scenes:3:3";
    options_.out = folder_ + "/taught";
    options_.texts = 2;
    options_.shard = 2;
    options_.threads = 1;
  }
  ~TeachTest() override { fs::remove_all(folder_); }

  void WriteImage(const std::string& name, std::uint8_t shade) const {
    Image image(24, 32);
    std::ranges::fill(image.pixels, shade);
    ASSERT_FALSE(WritePng(folder_ + "/images/" + name, image));
  }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/images/" + name) << text;
  }

  Result<std::unique_ptr<TeacherSamples>> Open(const DistilOptions& options) {
    Result<TeacherFolder> folder = TeacherFolder::Open(options_.out);
    if (!folder) return folder.error();
    return TeacherSamples::Open(*std::move(folder), options, glyphs_, student_);
  }

  std::string folder_;
  TeachOptions options_;
  const Glyphs glyphs_ = *Glyphs::Load({});
  const Tokenizer student_ = TinyTokenizer();
};

TEST_F(TeachTest, OutputsAreReadInTheStudentsTerms) {
  options_.attention = true;  // which a convolutional encoder does not have
  const MaybeError failed = Teach(options_);
  ASSERT_FALSE(failed) << failed->message;
  DistilOptions distil;
  distil.features = distil.relations = distil.logits = 1;
  distil.visual_logits = distil.visual_relations = 1;
  const auto samples = Open(distil);
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  EXPECT_TRUE((*samples)->has_scenes());
  EXPECT_THAT((*samples)->Summary(), HasSubstr("teacher builtin.gguf on scenes:3:3: 3 images; of"));
  const SampleOptions options = {.image_side = 64, .grid = 4, .rows = 3, .length = 80};
  ThreadPool alone(1);
  std::vector<torch::Tensor> images;
  for (std::uint64_t n = 0; n < 3; ++n) {
    const Sample sample = (*samples)->Make(n, 1, options, alone);
    ASSERT_NE(sample.teaching, nullptr);
    const Teaching& teaching = *sample.teaching;
    EXPECT_EQ(teaching.features.sizes(), (torch::IntArrayRef{16, (*samples)->feature_width()}));
    EXPECT_EQ(teaching.relations.sizes(), (torch::IntArrayRef{16, 16}));
    EXPECT_EQ(teaching.visual.rows(), 16);
    EXPECT_TRUE(sample.has_grid);
    ASSERT_GT(teaching.replies.rows(), 0);
    const torch::Tensor sums = teaching.replies.probabilities.sum(1) + teaching.replies.other;
    // Each of up to 33 probabilities was rounded to float16, its logarithm with 2^-11 of at
    // most 16.
    EXPECT_LT(GreatestDifference(sums, torch::ones_like(sums)), 0.02);
    // Whoever predicts a token at a slot has a label there.
    for (std::int64_t i = 0; i < teaching.slots.size(0); ++i) {
      EXPECT_GE(sample.texts.labels[static_cast<std::size_t>(teaching.slots[i].item<long>())], 0);
    }
    images.push_back(torch::tensor(sample.pixels));
  }
  EXPECT_FALSE(torch::equal(images[0], images[1])) << "a round has every image once";
  EXPECT_FALSE(torch::equal(images[1], images[2]));
  EXPECT_EQ((*samples)->unreadable(), 0u);
}

TEST_F(TeachTest, TheOwnTokenizerMapsAllProbability) {
  ASSERT_FALSE(Teach(options_));
  const Result<TeacherFolder> folder = TeacherFolder::Open(options_.out);
  ASSERT_TRUE(folder.ok());
  const Result<Engine> engine = Engine::Load(options_.teacher, {.threads = 1});
  ASSERT_TRUE(engine.ok());
  const TeacherEngine teacher(*engine);
  const TokenMap map(folder->tokens(), teacher.tokenizer());
  const Result<TeacherRecord> record = folder->Read(0);
  ASSERT_TRUE(record.ok());
  ASSERT_THAT(record->texts, SizeIs(2));
  for (const TeacherText& text : record->texts) {
    const std::vector<int> ids(text.tokens.begin(), text.tokens.end());
    const std::vector<int> rows = map.Align(text.tokens, ids);
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], static_cast<int>(i));
    for (int row = 1; row < text.next.rows; ++row) {
      EXPECT_EQ(map.Map(text.next, row, false).share.first, 0) << "each token is one of its own";
    }
  }
}

// Files, tokens, positions, grids and losses: if any of them were off, a copy would not agree.
TEST_F(TeachTest, ACopyOfTheTeacherHasNothingToLearn) {
  // Captions alone: the engine tidies questions before the model reads them, training does not.
  options_.texts = 1;
  ASSERT_FALSE(Teach(options_));
  const Result<MappedFile> mapped = MappedFile::Open(options_.teacher);
  ASSERT_TRUE(mapped.ok());
  const Result<GgufFile> file = GgufFile::Parse(mapped->bytes());
  ASSERT_TRUE(file.ok());
  const auto run = RunOf(*file);
  ASSERT_TRUE(run.ok());
  const Tokenizer tokenizer = *Tokenizer::Create(run->vocabulary);
  Vlm copy(run->shape);
  ASSERT_FALSE(LoadTensors(*file, copy));
  Result<TeacherFolder> folder = TeacherFolder::Open(options_.out);
  ASSERT_TRUE(folder.ok());
  DistilOptions distil;
  distil.logits = distil.visual_logits = distil.visual_relations = 1;
  const auto samples = TeacherSamples::Open(*std::move(folder), distil, glyphs_, tokenizer);
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  ThreadPool alone(1);
  const SampleOptions options = {.image_side = run->shape.image_side, .grid = run->shape.grid()};
  const std::vector<Sample> made = {(*samples)->Make(0, 1, options, alone),
                                    (*samples)->Make(1, 1, options, alone)};
  const torch::NoGradGuard no_grad;
  const torch::Tensor no_names = torch::full({1 + run->shape.things}, -1, torch::kInt64);
  const StepPlan plan = {{Phase::kDecoder, 0, 1}, 2, no_names};
  const Losses losses = StepLosses(copy, Stack(made, options), plan, distil);
  // What is left is the engine's rounding of activations, and of its outputs to float16.
  EXPECT_LT(losses.distil.logits, 0.01);
  EXPECT_LT(losses.distil.visual_logits, 0.001);
  EXPECT_LT(losses.distil.visual_relations, 0.001);
  EXPECT_GT(losses.text, 0.01) << "captions are not certain";
}

TEST_F(TeachTest, ContinuesWhereItStopped) {
  ASSERT_FALSE(Teach(options_));
  const std::string second = ShardPath(options_.out, 1);
  const auto size = fs::file_size(second);
  const auto read = [&] {
    std::ifstream in(second, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string before = read();
  fs::resize_file(second, size / 2);  // cut by a broken disk
  ASSERT_FALSE(Teach(options_));
  EXPECT_EQ(read(), before);
  fs::remove(second);
  options_.part = "1/2";  // the other part's
  ASSERT_FALSE(Teach(options_));
  EXPECT_FALSE(fs::exists(second));
  options_.part = "2/2";
  ASSERT_FALSE(Teach(options_));
  EXPECT_EQ(read(), before);
  options_.data = "scenes:4:3";
  EXPECT_THAT(Teach(options_)->message,
              HasSubstr("it is of another run: data set: expected \"scenes:4:3\""));
}

TEST_F(TeachTest, AFullDiskIsOneLineAndTheRunGoesOn) {
  // Files of more than so many bytes cannot be written: the tokens can, but no shard.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limited = {.rlim_cur = 100'000, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
  const MaybeError full = Teach(options_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(full.has_value());
  EXPECT_THAT(full->message, HasSubstr("shard-000000.teach: "));
  EXPECT_THAT(full->message, HasSubstr("; 0 of 2 shards are complete: the same command continues"));
  EXPECT_FALSE(fs::exists(ShardPath(options_.out, 0)));
  EXPECT_FALSE(Teach(options_));
  EXPECT_TRUE(fs::exists(ShardPath(options_.out, 1)));
}

TEST_F(TeachTest, BrokenImagesAreLeftOutAndListed) {
  WriteImage("a.png", 20);
  Write("b.png", "no image");
  WriteImage("c.png", 200);
  Write("manifest.csv",
        "id,path,type,question,answer\n1,a.png,image,what is it?,a wall\n"
        "2,b.png,image,,a cat\n3,c.png,image,,  \n4,none.png,image,,a dog\n");
  options_.data = folder_ + "/images";
  const MaybeError failed = Teach(options_);
  ASSERT_FALSE(failed) << failed->message;
  const Result<Shard> first = ReadShardHead(ShardPath(options_.out, 0));
  ASSERT_TRUE(first.ok());
  ASSERT_THAT(first->skipped, SizeIs(1));
  EXPECT_EQ(first->skipped[0].item, 1u);
  EXPECT_THAT(first->skipped[0].reason, HasSubstr("b.png: "));
  const Result<Shard> second = ReadShardHead(ShardPath(options_.out, 1));
  ASSERT_TRUE(second.ok());
  EXPECT_THAT(second->skipped[0].reason, HasSubstr("none.png: "));

  DistilOptions distil;
  distil.logits = 1;
  const auto samples = Open(distil);
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  EXPECT_FALSE((*samples)->has_scenes());
  ThreadPool alone(1);
  fs::remove(folder_ + "/images/c.png");
  const SampleOptions options = {.image_side = 64, .grid = 4, .rows = 3, .length = 80};
  EXPECT_FALSE((*samples)->Make(0, 1, options, alone).has_grid);
  (*samples)->Make(1, 1, options, alone);
  EXPECT_GE((*samples)->unreadable(), 1u);
  EXPECT_THAT((*samples)->first_unreadable(), HasSubstr("c.png"));
  WriteImage("a.png", 21);
  EXPECT_THAT(Open(distil).error().message, HasSubstr("expected the one that the teacher saw"));
}

TEST_F(TeachTest, AFolderOfBrokenImagesIsAnError) {
  Write("a.png", "no image");
  Write("b.jpg", "");
  options_.data = folder_ + "/images";
  const MaybeError error = Teach(options_);
  ASSERT_TRUE(error.has_value());
  EXPECT_THAT(error->message, HasSubstr("no image could be read, the first one: "));
  EXPECT_THAT(error->message, HasSubstr("a.png: "));
}

TEST_F(TeachTest, ImagesWithoutLabelsGetTheTeachersOwnAnswers) {
  WriteImage("a.png", 20);
  options_.data = folder_ + "/images";
  options_.self_instruct = true;
  options_.samples = 2;
  options_.temperature = 0.01;  // samples hardly differ
  options_.features = options_.projected = options_.visual = false;
  ASSERT_FALSE(Teach(options_));
  const Result<Shard> shard = ReadShardHead(ShardPath(options_.out, 0));
  ASSERT_TRUE(shard.ok());
  EXPECT_EQ(shard->own_asked, 2u);
  const Result<TeacherFolder> folder = TeacherFolder::Open(options_.out);
  ASSERT_TRUE(folder.ok());
  const Result<TeacherRecord> record = folder->Read(0);
  ASSERT_TRUE(record.ok());
  EXPECT_TRUE(record->features.empty());
  EXPECT_EQ(record->texts.size(), shard->own_kept);
  for (const TeacherText& text : record->texts) {
    EXPECT_EQ(text.is_own, 1);
    EXPECT_FALSE(text.reply.empty());
  }
  DistilOptions distil;
  distil.features = 1;
  EXPECT_THAT(Open(distil).error().message, HasSubstr("--distil-features: "));
}

TEST_F(TeachTest, TheDataSetMayLieElsewhereOnEachMachine) {
  WriteImage("a.png", 20);
  WriteImage("b.png", 60);
  WriteImage("c.png", 200);
  Write("manifest.csv",
        "id,path,type,question,answer\n1,a.png,image,,a wall\n2,b.png,image,,a cat\n"
        "3,c.png,image,,a dog\n");
  fs::copy(folder_ + "/images", folder_ + "/elsewhere");
  options_.data = folder_ + "/images";
  options_.part = "1/2";
  ASSERT_FALSE(Teach(options_));
  options_.data = folder_ + "/elsewhere";
  options_.part = "2/2";
  const MaybeError failed = Teach(options_);
  ASSERT_FALSE(failed) << failed->message;
  const Result<TeacherFolder> folder = TeacherFolder::Open(options_.out);
  ASSERT_TRUE(folder.ok()) << folder.error().message;
  EXPECT_EQ(folder->size(), 3u);
  EXPECT_EQ(folder->missing_shards(), 0u);

  // Another text or another size is another data set.
  std::ofstream(folder_ + "/elsewhere/manifest.csv")
      << "id,path,type,question,answer\n1,a.png,image,,a wall\n2,b.png,image,,a cow\n"
         "3,c.png,image,,a dog\n";
  EXPECT_THAT(Teach(options_)->message, HasSubstr("it is of another run: data set: expected"));
  fs::copy_file(folder_ + "/images/manifest.csv", folder_ + "/elsewhere/manifest.csv",
                fs::copy_options::overwrite_existing);
  EXPECT_FALSE(Teach(options_));
  std::ofstream(folder_ + "/images/b.png", std::ios::app) << " ";
  options_.data = folder_ + "/images";
  options_.part = "1/1";
  EXPECT_THAT(Teach(options_)->message,
              HasSubstr("it is of another run: names, sizes and texts of the data set: expected"));
}

TEST_F(TeachTest, AVisionEncoderTeachesAlone) {
  TeachOptions alone = options_;
  alone.teacher.clear();
  alone.mmproj = options_.teacher;  // of which only the vision encoder is read
  alone.out = folder_ + "/features";
  EXPECT_THAT(Teach(alone)->message, HasSubstr("--keep: expected features"));
  alone.projected = alone.logits = alone.visual = false;
  const MaybeError failed = Teach(alone);
  ASSERT_FALSE(failed) << failed->message;
  ASSERT_FALSE(Teach(options_));
  const Result<TeacherFolder> features = TeacherFolder::Open(alone.out);
  ASSERT_TRUE(features.ok()) << features.error().message;
  const Result<TeacherFolder> whole = TeacherFolder::Open(options_.out);
  ASSERT_TRUE(whole.ok());
  ASSERT_EQ(features->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const Result<TeacherRecord> found = features->Read(i), expected = whole->Read(i);
    ASSERT_TRUE(found.ok() && expected.ok());
    EXPECT_EQ(found->features, expected->features);
    ASSERT_THAT(found->texts, SizeIs(2));
    EXPECT_EQ(found->texts[1].question, expected->texts[1].question);
    EXPECT_TRUE(found->texts[1].next.empty());
  }
  options_.out = alone.out;
  DistilOptions distil;
  distil.features = distil.relations = 1;
  const auto samples = Open(distil);
  ASSERT_TRUE(samples.ok()) << samples.error().message;
  EXPECT_THAT((*samples)->Summary(), HasSubstr("3 images; no logits"));
  ThreadPool pool(1);
  const SampleOptions options = {.image_side = 64, .grid = 4, .rows = 3, .length = 80};
  EXPECT_EQ((*samples)->Make(0, 1, options, pool).teaching->features.size(0), 16);
  distil.logits = 1;
  EXPECT_THAT(Open(distil).error().message, HasSubstr("--distil-logits: "));
}

TEST_F(TeachTest, RejectsBadOptionsWithOneLine) {
  const auto error_of = [](const TeachOptions& options) {
    const MaybeError error = Teach(options);
    return error ? error->message : "no error";
  };
  TeachOptions wrong = options_;
  wrong.part = "3/2";
  EXPECT_EQ(error_of(wrong), "--part: expected N/COUNT, such as 1/2, found 3/2");
  wrong = options_;
  wrong.data = "scenes:1:0";
  EXPECT_THAT(error_of(wrong), HasSubstr("--data: expected scenes:SEED:COUNT"));
  wrong.data = folder_ + "/none";
  EXPECT_THAT(error_of(wrong), HasSubstr("--data: expected"));
  wrong.data = folder_ + "/images";
  EXPECT_THAT(error_of(wrong), HasSubstr("expected images, found none"));
  Write("captions.json", "{\"images\": [");
  wrong.data = folder_ + "/images/captions.json";
  EXPECT_THAT(error_of(wrong), HasSubstr("captions.json: "));
  wrong = options_;
  wrong.teacher = folder_ + "/none.gguf";
  EXPECT_THAT(error_of(wrong), HasSubstr("none.gguf"));
  wrong = options_;
  wrong.top_k = 0;
  EXPECT_EQ(error_of(wrong), "--top-k: expected 1 to 1024, found 0");
  wrong = options_;
  wrong.teacher.clear();
  EXPECT_EQ(error_of(wrong), "--teacher: expected a model, or --mmproj with a vision encoder");
  wrong.mmproj = options_.teacher;
  wrong.self_instruct = true;
  EXPECT_THAT(error_of(wrong), HasSubstr("--self-instruct: expected a language model"));
}

TEST(Examples, OfJsonFilesHaveTheirImagesBesideThem) {
  const std::string folder = ::testing::TempDir() + "examples";
  fs::remove_all(folder);
  fs::create_directories(folder + "/annotations");
  fs::create_directories(folder + "/val2017");
  ASSERT_FALSE(WritePng(folder + "/val2017/1.png", Image(4, 4)));
  std::ofstream(folder + "/annotations/captions_val2017.json")
      << R"({"images": [{"id": 1, "file_name": "1.png"}], "annotations": [
            {"image_id": 1, "caption": "a wall"}, {"image_id": 1, "caption": " "},
            {"image_id": 1, "caption": "a dark\nwall"}]})";
  const Glyphs glyphs = *Glyphs::Load({});
  const auto coco =
      OpenExamples({.data = folder + "/annotations/captions_val2017.json", .texts = 8}, glyphs);
  ASSERT_TRUE(coco.ok()) << coco.error().message;
  EXPECT_EQ((*coco)->empty_texts(), 1u);
  const Result<Example> example = (*coco)->Read(0);
  ASSERT_TRUE(example.ok()) << example.error().message;
  ASSERT_THAT(example->texts, SizeIs(2));
  EXPECT_EQ(example->texts[1].reply, "a dark wall");
  EXPECT_EQ(example->texts[1].kind, 0);

  std::ofstream(folder + "/talk.json") << R"([{"id": "x", "image": "val2017/1.png",
    "conversations": [{"from": "human", "value": "<image>\nwhat?"}, {"from": "gpt", "value": "it"}]}])";
  const auto llava = OpenExamples({.data = folder + "/talk.json", .texts = 8}, glyphs);
  ASSERT_TRUE(llava.ok()) << llava.error().message;
  ASSERT_TRUE((*llava)->Read(0).ok());
  EXPECT_EQ((*llava)->Read(0)->texts[0].question, "what?");
  std::ofstream(folder + "/talk.json") << R"([{"id": "x", "image": "../1.png",
    "conversations": [{"from": "human", "value": "what?"}, {"from": "gpt", "value": "it"}]}])";
  EXPECT_THAT(OpenExamples({.data = folder + "/talk.json", .texts = 8}, glyphs).error().message,
              HasSubstr("expected images inside of the folder"));
  fs::remove_all(folder);
}

TEST(Resampling, AveragesCellsAndInterpolatesBetweenCenters) {
  // Rows 0 1 / 2 3 become one cell: the mean of all.
  EXPECT_TRUE(torch::equal(ResamplingOf(4, 2, 1), torch::full({1, 4}, 0.25f)));
  EXPECT_TRUE(torch::equal(ResamplingOf(4, 2, 2), torch::diag(torch::ones({4}))));
  // The first of 4 x 4 cells lies in the corner, beyond the center of the first of 2 x 2.
  const torch::Tensor finer = ResamplingOf(4, 2, 4);
  EXPECT_EQ(finer[0][0].item<float>(), 1);
  EXPECT_LT(GreatestDifference(finer.sum(1), torch::ones({16})), 4 * kFloatEpsilon);
}

TEST(PadToSquare, CentersTheImage) {
  Image image(1, 3);
  std::ranges::fill(image.pixels, std::uint8_t{7});
  const Image square = PadToSquare(image);
  ASSERT_EQ(square.width, 3);
  for (int y = 0; y < 3; ++y) {
    EXPECT_THAT(std::vector<int>(square.Row(y), square.Row(y) + 9),
                ElementsAre(128, 128, 128, 7, 7, 7, 128, 128, 128));
  }
}

}  // namespace
}  // namespace edgevlm::train
