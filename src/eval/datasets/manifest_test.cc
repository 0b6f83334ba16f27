#include "eval/datasets/manifest.h"

#include <gmock/gmock.h>

#include <sstream>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kWhole =
    "split,type,path,id,question,answer,choices,category,note\r\n"
    "val,image,a/1.png,q1,\"What, here?\",two,,count,x\r\n"
    "val,video,/disk/2.mp4,q2,Which?,B,\"[\"\"red\"\", \"\"blue\"\"]\",color,y\r\n"
    "test,text,,q3,\"Say\nit\",\"[\"\"[a]\"\", \"\"\"\"]\",,,\r\n";

Result<Manifest> ParseText(std::string_view text, const ManifestOptions& options = {}) {
  std::istringstream in{std::string(text)};
  return ParseManifest(in, "m.csv", "set", options);
}

std::string ErrorOfManifest(std::string_view text, const ManifestOptions& options = {}) {
  const auto manifest = ParseText(text, options);
  return manifest.ok() ? "no error" : manifest.error().message;
}

std::string ErrorOfManifestRow(const std::string& row) {
  return ErrorOfManifest("id,path,type,answer,choices\n" + row);
}

TEST(Manifest, ReadsColumnsInAnyOrder) {
  const auto manifest = ParseText(kWhole);
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_THAT(manifest->ignored_columns, ElementsAre("note"));
  ASSERT_EQ(manifest->rows.size(), 3u);
  EXPECT_EQ(manifest->rows[0],
            (ManifestRow{
                "q1", "a/1.png", MediaType::kImage, "What, here?", {"two"}, {}, "count", "val"}));
  EXPECT_EQ(manifest->rows[1].type, MediaType::kVideo);
  EXPECT_THAT(manifest->rows[1].choices, ElementsAre("red", "blue"));
  EXPECT_EQ(RightChoice(manifest->rows[1]), 1u);
  EXPECT_THAT(manifest->rows[2].answers, ElementsAre("[a]", ""));
  EXPECT_EQ(manifest->rows[2].question, "Say\nit");
}

TEST(Manifest, FindsFilesInItsFolderOrInAnother) {
  const auto here = ParseText(kWhole);
  EXPECT_EQ(here->FileOf(here->rows[0]), "set/a/1.png");
  EXPECT_EQ(here->FileOf(here->rows[1]), "/disk/2.mp4");
  const auto there = ParseText(kWhole, {.media_folder = "/media"});
  EXPECT_EQ(there->FileOf(there->rows[0]), "/media/a/1.png");
}

TEST(Manifest, NeedsOnlyThreeColumns) {
  const auto manifest = ParseText("type,id,path\nimage,1,a.png\n");
  ASSERT_TRUE(manifest.ok()) << manifest.error().message;
  EXPECT_THAT(manifest->rows[0].answers, IsEmpty());
  EXPECT_EQ(RightChoice(manifest->rows[0]), std::nullopt);
}

TEST(Manifest, NamesTheLineOfAnError) {
  EXPECT_EQ(ErrorOfManifest(""), "m.csv: expected a header, found an empty file");
  EXPECT_EQ(ErrorOfManifest("id,path,type\n"), "m.csv: expected at least one row, found none");
  EXPECT_EQ(ErrorOfManifest("id,type\n1,text\n"),
            "m.csv: line 1: expected a column 'path', found none");
  EXPECT_EQ(ErrorOfManifest("id,path,id,type\n"),
            "m.csv: line 1: expected each column once, found 'id' twice");
  EXPECT_EQ(ErrorOfManifest("id,path,type\n1,,text\n\n2,a\n"),
            "m.csv: line 4: expected 3 fields as in the header, found 2");
  EXPECT_EQ(ErrorOfManifest("id,path,type\n1,,text\n1,,text\n"),
            "m.csv: line 3: id: expected another one than line 2 has, found '1'");
  EXPECT_EQ(ErrorOfManifestRow(",,text,,\n"), "m.csv: line 2: id: expected a text, found nothing");
  EXPECT_EQ(ErrorOfManifestRow("1,a,film,,\n"),
            "m.csv: line 2: type: expected image, video, audio or text, found 'film'");
  EXPECT_EQ(ErrorOfManifestRow("1,,audio,,\n"),
            "m.csv: line 2: path: expected the file of this audio, found nothing");
  EXPECT_EQ(ErrorOfManifestRow("1,a/../../b,image,,\n"),
            "m.csv: line 2: path: expected a path inside the media's folder, found 'a/../../b'");
  EXPECT_EQ(ErrorOfManifestRow("1,a,image,[two,\n"),
            "m.csv: line 2: answer: expected a JSON array of texts");
  EXPECT_EQ(ErrorOfManifestRow("1,a,image,,[1]\n"),
            "m.csv: line 2: choices: expected a JSON array of texts");
  EXPECT_EQ(ErrorOfManifestRow("1,a,image,,one\n"),
            "m.csv: line 2: choices: expected 2 to 26, found 1");
  EXPECT_EQ(ErrorOfManifestRow("1,a,image,C,\"[\"\"x\"\",\"\"y\"\"]\"\n"),
            "m.csv: line 2: answer: expected the letter or the text of one choice, found 'C'");
  EXPECT_EQ(ErrorOfManifestRow("1,a,image,x,\"[\"\"x\"\",\"\"y\"\"]\"\n"), "no error");
}

TEST(Manifest, KeepsToItsOptions) {
  EXPECT_EQ(ErrorOfManifest("id,path,type\n1,/a,image\n", {.absolute_paths = false}),
            "m.csv: line 2: path: expected a path relative to the media's folder, found '/a'");
  EXPECT_EQ(ErrorOfManifest("id,path,type\n1,no.png,image\n", {.check_files = true}),
            "m.csv: line 2: path: expected a file, found nothing at set/no.png");
  EXPECT_EQ(ErrorOfManifest(kWhole, {.split = "train"}),
            "m.csv: split: expected rows with 'train', found none");
  EXPECT_EQ(ParseText(kWhole, {.split = "test"})->rows.size(), 1u);
  EXPECT_EQ(ParseText(kWhole, {.split = "test"})->rows[0].id, "q3");
  EXPECT_EQ(ParseText(kWhole, {.limit = 2})->rows.size(), 2u);
}

TEST(Manifest, DeepBracketsAreOneError) {
  const std::string deep(100'000, '[');
  EXPECT_THAT(ErrorOfManifestRow("1,a,image," + deep + ",\n"), HasSubstr("JSON array of texts"));
  EXPECT_THAT(ErrorOfManifestRow("1,a,image,\"[\"\"x\"\"," + deep + "\",\n"),
              HasSubstr("array of texts"));
}

TEST(Manifest, SurvivesEveryCut) {
  for (std::size_t length = 0; length < kWhole.size(); ++length) {
    const auto manifest = ParseText(kWhole.substr(0, length));
    EXPECT_TRUE(!manifest.ok() || manifest->rows.size() <= 3) << length;
  }
}

TEST(Manifest, IsReadBackAsItWas) {
  const auto manifest = ParseText(kWhole);
  EXPECT_EQ(ParseText(ManifestText(manifest->rows))->rows, manifest->rows);
}

TEST(ReadManifest, NamesWhatIsNotThere) {
  EXPECT_EQ(ReadManifest("/nowhere/m.csv").error().message,
            "/nowhere/m.csv: expected a manifest, found no such file");
  EXPECT_THAT(ReadManifest("/").error().message, HasSubstr("found a folder"));
}

}  // namespace
}  // namespace edgevlm
