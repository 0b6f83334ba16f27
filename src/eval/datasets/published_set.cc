#include "eval/datasets/published_set.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 3> kTestFirst = {"test", "val", "train"};
constexpr std::array<std::string_view, 1> kTestOnly = {"test"};
constexpr std::array<std::string_view, 8> kCoco = {
    "val2017",       "train2017",    "val2014",        "train2014",
    "karpathy-test", "karpathy-val", "karpathy-train", "karpathy-restval"};
constexpr std::array<std::string_view, 4> kLlava = {"all", "conversation", "detail", "complex"};
constexpr std::array<std::string_view, 4> kPope = {"all", "random", "popular", "adversarial"};
constexpr std::array<std::string_view, 3> kTextVqa = {"val", "train", "test"};
constexpr std::array<std::string_view, 4> kVqaV2 = {"val", "train", "test", "test-dev"};

constexpr std::array<PublishedSet, 8> kSets = {{
    {"activitynet-qa", "ActivityNet-QA", "https://github.com/MILVLG/activitynet-qa",
     "  dataset/test_q.json, dataset/test_a.json    or a Parquet file of the split\n"
     "  videos/v_NAME.mp4                           from ActivityNet v1.3\n",
     kTestFirst, ReadActivityNetQa},
    {"audiocaps", "AudioCaps", "https://audiocaps.github.io",
     "  dataset/test.csv                            or dataset2.0/test.csv\n"
     "  audio/YOUTUBE_ID.wav                        the ten seconds of each clip (or "
     "YYOUTUBE_ID.wav)\n",
     kTestFirst, ReadAudioCaps},
    {"coco-captions", "COCO captions", "https://cocodataset.org/#download",
     "  annotations/captions_val2017.json\n"
     "  val2017/*.jpg\n"
     "  dataset_coco.json                           of Karpathy's splits, with the images of "
     "2014\n",
     kCoco, ReadCocoCaptions},
    {"llava-instruct", "LLaVA-Instruct-150K", "https://llava-vl.github.io",
     "  llava_instruct_150k.json                    or one of its three parts\n"
     "  train2017/*.jpg                             from https://cocodataset.org/#download\n",
     kLlava, ReadLlavaInstruct},
    {"pope", "POPE", "https://github.com/RUCAIBox/POPE",
     "  output/coco/coco_pope_random.json           also popular and adversarial\n"
     "  val2014/COCO_val2014_*.jpg                  from https://cocodataset.org/#download\n",
     kPope, ReadPope},
    {"textvqa", "TextVQA", "https://textvqa.org/dataset",
     "  TextVQA_0.5.1_val.json\n"
     "  train_images/*.jpg                          of train and val; test_images of test\n",
     kTextVqa, ReadTextVqa},
    {"video-mme", "Video-MME", "https://video-mme.github.io",
     "  videomme/test-00000-of-00001.parquet\n"
     "  data/VIDEO_ID.mp4                           of the archives of videos\n",
     kTestOnly, ReadVideoMme},
    {"vqav2", "VQAv2", "https://visualqa.org/download.html",
     "  v2_OpenEnded_mscoco_val2014_questions.json\n"
     "  v2_mscoco_val2014_annotations.json          the answers\n"
     "  val2014/COCO_val2014_*.jpg                  the images of COCO\n",
     kVqaV2, ReadVqaV2},
}};

}  // namespace

Result<std::string> SetFolder::Find(const std::vector<std::string>& names) const {
  std::string expected;
  for (const std::string& name : names) {
    std::string file = (std::filesystem::path(path_) / name).string();
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored)) return file;
    expected += (expected.empty() ? "" : " or ") + name;
  }
  return Error{ErrorCode::kNotFound, path_ + ": expected " + expected + ", found no such file"};
}

std::span<const PublishedSet> PublishedSets() { return kSets; }

const PublishedSet* FindPublishedSet(std::string_view name) {
  const auto* const found = std::ranges::find(kSets, name, &PublishedSet::name);
  return found == kSets.end() ? nullptr : found;
}

}  // namespace edgevlm
