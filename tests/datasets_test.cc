// edgevlm datasets with copies of published layouts, and with sets that it draws.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "program.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class DatasetsTest : public ::testing::Test {
 protected:
  // Copies tests/data/datasets/NAME and returns its folder.
  std::string CopySet(const std::string& name) const {
    fs::copy(DataPath("datasets/" + name), folder_.Path(name), fs::copy_options::recursive);
    return folder_.Path(name);
  }

  void AddMedia(const std::string& name) const {
    fs::create_directories(fs::path(folder_.Path(name)).parent_path());
    folder_.Write(name, "x");
  }

  static std::string ErrorOf(std::vector<std::string> words) {
    words.insert(words.begin(), "datasets");
    const Outcome outcome = RunEdgevlm(words);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
    EXPECT_THAT(outcome.errors, StartsWith("edgevlm: "));
    return outcome.errors;
  }

  const TestFolder folder_;
};

long LinesOf(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST_F(DatasetsTest, ListsSetsAndSaysHowToGetThem) {
  const Outcome list = RunEdgevlm({"datasets", "list"});
  EXPECT_EQ(list.exit_code, 0) << list.errors;
  EXPECT_THAT(list.output, HasSubstr("\n  vqav2 "));
  EXPECT_THAT(list.output, HasSubstr("\n  scenes "));
  const json sets = json::parse(RunEdgevlm({"datasets", "list", "--json"}).output);
  EXPECT_EQ(sets["published"].size(), 8u);
  for (const json& set : sets["published"]) {
    const Outcome how = RunEdgevlm({"datasets", "prepare", set["name"].get<std::string>()});
    EXPECT_EQ(how.exit_code, 0) << how.errors;
    EXPECT_THAT(how.output, HasSubstr(set["page"].get<std::string>()));
  }
}

TEST_F(DatasetsTest, PreparesADownload) {
  const std::string from = CopySet("vqav2");
  EXPECT_THAT(ErrorOf({"prepare", "vqav2", "--from", from}), HasSubstr("found 2 missing"));
  AddMedia("vqav2/val2014/COCO_val2014_000000000042.jpg");
  const Outcome part =
      RunEdgevlm({"datasets", "prepare", "vqav2", "--from", from, "--allow-missing"});
  EXPECT_EQ(part.exit_code, 0) << part.errors;
  EXPECT_THAT(part.output, HasSubstr("2 of 3 rows of the split val; 1 media are missing"));
  AddMedia("vqav2/val2014/COCO_val2014_000000000007.jpg");
  EXPECT_THAT(ErrorOf({"prepare", "vqav2", "--from", from}), HasSubstr("--force"));
  const Outcome whole =
      RunEdgevlm({"datasets", "prepare", "vqav2", "--from", from, "--force", "--json"});
  EXPECT_EQ(json::parse(whole.output)["rows"], 3) << whole.errors;
  const std::string manifest = ReadWholeFile(from + "/manifest.csv");
  EXPECT_THAT(manifest, StartsWith("id,path,type,question,answer,choices,category,split\n"));
  EXPECT_THAT(manifest, HasSubstr("\n7000,val2014/COCO_val2014_000000000007.jpg,image,What color "
                                  "is the door?,\"[\"\"green\"\","));
}

TEST_F(DatasetsTest, PreparesATableAndChoosesSamples) {
  const std::string from = CopySet("video-mme");
  AddMedia("video-mme/data/vidA.mp4");
  AddMedia("video-mme/data/vidB.mp4");
  const auto prepare = [&](const std::string& seed, const std::string& name) {
    const Outcome outcome =
        RunEdgevlm({"datasets", "prepare", "video-mme", "--from", from, "--max-samples", "2",
                    "--seed", seed, "--out", folder_.Path(name), "--force"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return ReadWholeFile(folder_.Path(name));
  };
  const std::string first = prepare("1", "a.csv");
  EXPECT_EQ(LinesOf(first), 3);
  EXPECT_EQ(prepare("1", "b.csv"), first);
  EXPECT_THAT(first, HasSubstr(",video-mme/data/vid"));  // relative to where the manifest is
}

TEST_F(DatasetsTest, RejectsWithOneLine) {
  EXPECT_THAT(ErrorOf({"prepare", "imagenet"}), HasSubstr("expected one of activitynet-qa, "));
  EXPECT_THAT(ErrorOf({"make", "movies", "--out", folder_.Path("m")}),
              HasSubstr("expected one of scenes, captions, prompts, frames"));
  EXPECT_THAT(ErrorOf({"prepare", "pope", "--from", folder_.Path("")}),
              HasSubstr("output/coco/coco_pope_random.json, found no such file"));
  EXPECT_THAT(ErrorOf({"prepare", "pope", "--from", folder_.Path("none")}),
              HasSubstr("expected a folder, found none"));
  EXPECT_THAT(ErrorOf({"prepare", "pope", "--split", "dev", "--from", folder_.Path("")}),
              HasSubstr("expected one of all, random"));
  folder_.Write("test-00000-of-00001.parquet", "PAR1 but no more PAR1");
  EXPECT_THAT(ErrorOf({"prepare", "video-mme", "--from", folder_.Path("")}),
              HasSubstr("test-00000-of-00001.parquet: metadata: expected"));
  folder_.Write("file", "");
  EXPECT_THAT(ErrorOf({"make", "scenes", "--out", folder_.Path("file")}),
              HasSubstr("cannot be created"));
}

TEST_F(DatasetsTest, DrawsImagesThatTheModelReads) {
  const std::string out = folder_.Path("scenes");
  const Outcome outcome =
      RunEdgevlm({"datasets", "make", "scenes", "--out", out, "--count", "2", "--size", "96"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_GE(LinesOf(ReadWholeFile(out + "/manifest.csv")), 9);
  EXPECT_EQ(RunEdgevlm({"caption", out + "/images/000001.png"}).exit_code, 0);
  EXPECT_THAT(ErrorOf({"make", "scenes", "--out", out}), HasSubstr("--force"));
}

TEST_F(DatasetsTest, MakesEverySet) {
  for (const char* name : {"captions", "prompts", "frames"}) {
    const std::string out = folder_.Path(name);
    const Outcome outcome = RunEdgevlm(
        {"datasets", "make", name, "--out", out, "--count", "2", "--size", "32", "--json"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(json::parse(outcome.output)["rows"], 2);
    EXPECT_EQ(LinesOf(ReadWholeFile(out + "/manifest.csv")), 3);
  }
  EXPECT_TRUE(fs::exists(folder_.Path("frames") + "/clips/000001/007750.png"));
}

}  // namespace
}  // namespace edgevlm
