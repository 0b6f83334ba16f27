#include "eval/datasets/prepare.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A copy of tests/data/datasets/SET, to which media can be added.
class PrepareTest : public ::testing::Test {
 protected:
  PrepareTest() {
    const char* source = std::getenv("EDGEVLM_SOURCE");
    data_ = fs::path(source == nullptr ? "." : source) / "tests/data/datasets";
    folder_ = fs::path(::testing::TempDir()) /
              ("prepare" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  ~PrepareTest() override { fs::remove_all(folder_); }

  void CopySet(const std::string& name) {
    fs::create_directories(folder_);
    fs::copy(data_ / name, folder_, fs::copy_options::recursive);
  }

  void Write(const std::string& name, const std::string& text = "x") const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  Result<Prepared> Prepare(std::string_view set, PrepareOptions options = {}) const {
    options.folder = folder_.string();
    if (options.manifest_folder.empty()) options.manifest_folder = folder_.string();
    return PrepareManifest(*FindPublishedSet(set), options);
  }

  std::string ErrorOfSet(std::string_view set, const PrepareOptions& options = {}) const {
    const auto prepared = Prepare(set, options);
    return prepared.ok() ? "no error" : prepared.error().message;
  }

  fs::path data_;
  fs::path folder_;
};

TEST_F(PrepareTest, ReadsVqaV2) {
  CopySet("vqav2");
  Write("val2014/COCO_val2014_000000000042.jpg");
  Write("val2014/COCO_val2014_000000000007.jpg");
  const auto prepared = Prepare("vqav2");
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  ASSERT_EQ(prepared->rows.size(), 3u);
  EXPECT_EQ(prepared->rows[1], (ManifestRow{.id = "42001",
                                            .path = "val2014/COCO_val2014_000000000042.jpg",
                                            .question = "How many spoons lie beside it?",
                                            .answers = std::vector<std::string>(10, "2"),
                                            .category = "number",
                                            .split = "val"}));
  EXPECT_EQ(prepared->rows[2].answers[8], "teal");
}

TEST_F(PrepareTest, ReadsLlavaInstruct) {
  Write("llava_instruct_150k.json", R"([
    {"id": "000000000042", "image": "000000000042.jpg", "conversations": [
      {"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A spoon."},
      {"from": "human", "value": "How many?\n<image>"}, {"from": "gpt", "value": "Two."}]},
    {"id": "text", "conversations": [{"from": "human", "value": "Hello"}]}])");
  Write("train2017/000000000042.jpg");
  const auto prepared = Prepare("llava-instruct");
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  ASSERT_EQ(prepared->rows.size(), 2u);
  EXPECT_EQ(prepared->rows[1], (ManifestRow{.id = "1-000000000042-2",
                                            .path = "train2017/000000000042.jpg",
                                            .question = "How many?",
                                            .answers = {"Two."},
                                            .category = "conversation",
                                            .split = "all"}));
  EXPECT_EQ(prepared->rows[0].question, "What is it?");
  Write("llava_instruct_150k.json", R"([{"image": "a.jpg", "conversations": 3}])");
  EXPECT_THAT(ErrorOfSet("llava-instruct"), HasSubstr("conversations: expected an array"));
  Write("llava_instruct_150k.json", R"([{"image": "a.jpg", "conversations": [{"from": "gpt"}]}])");
  EXPECT_THAT(ErrorOfSet("llava-instruct"), HasSubstr("value: expected"));
}

TEST_F(PrepareTest, CountsMissingMedia) {
  CopySet("vqav2");
  EXPECT_THAT(ErrorOfSet("vqav2"), HasSubstr(": expected 2 media, found 2 missing, the first one "
                                             "'COCO_val2014_000000000042.jpg' in val2014/, "));
  Write("val2014/COCO_val2014_000000000042.jpg");
  EXPECT_THAT(ErrorOfSet("vqav2"), HasSubstr("found 1 missing"));
  const auto prepared = Prepare("vqav2", {.allow_missing = true});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->rows.size(), 2u);
  EXPECT_EQ(prepared->published_rows, 3u);
  EXPECT_EQ(prepared->missing_rows, 1u);
  EXPECT_EQ(prepared->missing_media, 1u);
}

TEST_F(PrepareTest, ReadsTextVqa) {
  CopySet("textvqa");
  Write("train_val_images/train_images/00aa.jpg");
  Write("train_val_images/train_images/00bb.jpg");
  const auto prepared = Prepare("textvqa");
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->rows[0].path, "train_val_images/train_images/00aa.jpg");
  EXPECT_EQ(prepared->rows[0].answers[3], "closed on sundays");
  EXPECT_EQ(prepared->rows[1].id, "34603");
}

TEST_F(PrepareTest, ReadsPope) {
  CopySet("pope");
  Write("val2014/COCO_val2014_000000000042.jpg");
  const auto all = Prepare("pope");
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(all->rows.size(), 4u);
  const auto popular = Prepare("pope", {.split = "popular"});
  ASSERT_TRUE(popular.ok()) << popular.error().message;
  ASSERT_EQ(popular->rows.size(), 1u);
  EXPECT_EQ(popular->rows[0].id, "popular-1");
  EXPECT_EQ(popular->rows[0].category, "popular");
  EXPECT_THAT(popular->rows[0].answers, ElementsAre("no"));
}

TEST_F(PrepareTest, ReadsCocoCaptions) {
  CopySet("coco-captions");
  Write("val2017/000000000042.jpg");
  Write("val2017/000000000007.jpg");
  const auto prepared = Prepare("coco-captions");
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  ASSERT_EQ(prepared->rows.size(), 2u);
  EXPECT_THAT(prepared->rows[0].answers,
              ElementsAre("A full cup on a table.", "Two spoons and a cup, \"hot\"."));
  EXPECT_EQ(prepared->rows[0].question, "");
}

TEST_F(PrepareTest, ReadsKarpathysSplitsOfCoco) {
  Write("dataset_coco.json", R"({"dataset": "coco", "images": [
    {"filepath": "val2014", "sentids": [1], "filename": "one.jpg", "split": "test", "cocoid": 391895,
     "sentences": [{"tokens": ["a", "cup"], "raw": "A cup.", "sentid": 1}, {"raw": "One cup"}]},
    {"filepath": "train2014", "filename": "two.jpg", "split": "restval", "cocoid": 7,
     "sentences": [{"raw": "Two spoons."}]}]})");
  Write("val2014/one.jpg");
  Write("images/train2014/two.jpg");
  const auto test = Prepare("coco-captions", {.split = "karpathy-test"});
  ASSERT_TRUE(test.ok()) << test.error().message;
  ASSERT_EQ(test->rows.size(), 1u);
  EXPECT_EQ(test->rows[0].id, "391895");
  EXPECT_EQ(test->rows[0].path, "val2014/one.jpg");
  EXPECT_THAT(test->rows[0].answers, ElementsAre("A cup.", "One cup"));
  const auto rest = Prepare("coco-captions", {.split = "karpathy-restval"});
  ASSERT_TRUE(rest.ok()) << rest.error().message;
  EXPECT_EQ(rest->rows[0].path, "images/train2014/two.jpg");
  Write("dataset_coco.json", R"({"images": [{"split": "test", "cocoid": 1}]})");
  EXPECT_THAT(Prepare("coco-captions", {.split = "karpathy-test"}).error().message,
              HasSubstr("filepath"));
}

TEST_F(PrepareTest, ReadsAudioCaps) {
  CopySet("audiocaps");
  Write("audio/-aa1.flac");
  Write("audio/Ybb2.wav");
  const auto prepared = Prepare("audiocaps");
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  ASSERT_EQ(prepared->rows.size(), 2u);
  EXPECT_EQ(prepared->rows[0].id, "-aa1_30");
  EXPECT_EQ(prepared->rows[0].path, "audio/-aa1.flac");
  EXPECT_EQ(prepared->rows[0].type, MediaType::kAudio);
  EXPECT_THAT(prepared->rows[0].answers,
              ElementsAre("A bell rings, then a door closes", "Someone rings and leaves"));
  EXPECT_EQ(prepared->rows[1].path, "audio/Ybb2.wav");
}

TEST_F(PrepareTest, ReadsVideoMme) {
  CopySet("video-mme");
  Write("data/vidA.mp4");
  Write("data/vidB.mkv");
  const auto prepared = Prepare("video-mme");
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  ASSERT_EQ(prepared->rows.size(), 3u);
  EXPECT_EQ(prepared->rows[0], (ManifestRow{.id = "001-1",
                                            .path = "data/vidA.mp4",
                                            .type = MediaType::kVideo,
                                            .question = "What falls from the table?",
                                            .answers = {"B"},
                                            .choices = {"cup", "book", "key", "pen"},
                                            .category = "short",
                                            .split = "test"}));
  EXPECT_EQ(prepared->rows[2].path, "data/vidB.mkv");
}

TEST_F(PrepareTest, ReadsActivityNetQaInBothLayouts) {
  std::vector<std::vector<ManifestRow>> layouts;
  for (const char* layout : {"activitynet-qa", "activitynet-qa-table"}) {
    fs::remove_all(folder_);
    CopySet(layout);
    Write("videos/v_aaa.mp4");
    Write("videos/bbb.webm");
    auto prepared = Prepare("activitynet-qa");
    ASSERT_TRUE(prepared.ok()) << prepared.error().message;
    layouts.push_back(prepared->rows);
  }
  EXPECT_EQ(layouts[0], layouts[1]);
  EXPECT_EQ(layouts[0][0].path, "videos/v_aaa.mp4");
  EXPECT_EQ(layouts[0][0].category, "motion");
  EXPECT_EQ(layouts[0][1].path, "videos/bbb.webm");
  EXPECT_EQ(layouts[0][1].category, "yes/no");
}

TEST_F(PrepareTest, MakesPathsAbsoluteForManifestsElsewhere) {
  CopySet("pope");
  Write("images/COCO_val2014_000000000042.jpg");
  const auto prepared = Prepare("pope", {.manifest_folder = "/elsewhere"});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->rows[0].path,
            (fs::absolute(folder_) / "images/COCO_val2014_000000000042.jpg").lexically_normal());
}

TEST_F(PrepareTest, NamesWhatIsMissing) {
  EXPECT_THAT(ErrorOfSet("vqav2"), HasSubstr("expected a folder, found none"));
  Write("readme.txt");
  EXPECT_THAT(ErrorOfSet("vqav2"),
              HasSubstr(": expected v2_OpenEnded_mscoco_val2014_questions.json or annotations/"));
  EXPECT_EQ(ErrorOfSet("vqav2", {.split = "dev"}),
            "vqav2: split: expected one of val, train, test, test-dev, found 'dev'");
  for (const PublishedSet& set : PublishedSets()) {
    EXPECT_THAT(ErrorOfSet(set.name), HasSubstr("found no such file")) << set.name;
    for (const std::string_view split : set.splits) {
      EXPECT_THAT(ErrorOfSet(set.name, {.split = std::string(split)}), HasSubstr("found no such"));
    }
  }
}

TEST_F(PrepareTest, RejectsFilesOfOtherContent) {
  Write("coco_pope_random.json",
        "{\"question_id\": 1, \"image\": \"../a.jpg\", \"text\": \"t\","
        " \"label\": \"no\"}\n");
  EXPECT_EQ(ErrorOfSet("pope", {.split = "random"}),
            "pope: row 1: expected the name of a file inside the folder");
  Write("coco_pope_random.json", "{\"question_id\": 1}\n");
  EXPECT_THAT(ErrorOfSet("pope", {.split = "random"}), HasSubstr("line 1: image: expected a text"));
  Write("coco_pope_random.json", "");
  EXPECT_EQ(ErrorOfSet("pope", {.split = "random"}), "pope: expected rows, found none");
  Write("test.csv", "youtube_id,caption\n");
  EXPECT_THAT(ErrorOfSet("audiocaps"), HasSubstr("line 1: expected a column 'start_time'"));
  Write("v2_OpenEnded_mscoco_test2015_questions.json",
        R"({"questions": [{"question_id": 1, "question": "q", "image_id": "x"}]})");
  EXPECT_THAT(ErrorOfSet("vqav2", {.split = "test"}),
              HasSubstr("element 1: image_id: expected a number"));
}

TEST(KeepSamples, DependsOnTheSeedOnly) {
  const auto ids_of = [](std::size_t count, std::uint64_t seed) {
    std::vector<ManifestRow> rows;
    for (int i = 0; i < 100; ++i) rows.push_back({.id = std::to_string(i)});
    KeepSamples(count, seed, rows);
    std::vector<int> ids;
    for (const ManifestRow& row : rows) ids.push_back(std::stoi(row.id));
    return ids;
  };
  EXPECT_THAT(ids_of(4, 0), ids_of(4, 0));
  EXPECT_NE(ids_of(4, 0), ids_of(4, 1));
  EXPECT_EQ(ids_of(1000, 5).size(), 100u);
  EXPECT_THAT(ids_of(0, 5), IsEmpty());
  const auto many = ids_of(99, 3);
  EXPECT_TRUE(std::ranges::is_sorted(many));
  EXPECT_EQ(std::ranges::adjacent_find(many), many.end());
  // The generator is the standard's, so that every machine chooses these.
  EXPECT_THAT(ids_of(5, 7), ElementsAre(7, 15, 52, 65, 94));
}

}  // namespace
}  // namespace edgevlm
