// Questions about images: VQAv2, TextVQA, POPE.
#include <fstream>
#include <unordered_map>

#include "eval/datasets/json_stream.h"
#include "eval/datasets/published_set.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// The files of a split of VQAv2.
struct VqaFiles {
  std::string subset;  // of COCO's images and the names of files
  std::string images;  // how the images are called
  bool has_answers = true;
};

VqaFiles VqaFilesOf(const std::string& split) {
  if (split == "train") return {"train2014", "train2014", true};
  if (split == "test") return {"test2015", "test2015", false};
  if (split == "test-dev") return {"test-dev2015", "test2015", false};
  return {"val2014", "val2014", true};
}

// "COCO_val2014_000000000042.jpg" for 42.
Result<std::string> CocoName(const std::string& subset, const std::string& image_id) {
  constexpr std::size_t kDigits = 12;
  const bool is_number = !image_id.empty() && image_id.size() <= kDigits &&
                         image_id.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number) {
    return Error{ErrorCode::kCorrupt,
                 "image_id: expected a number of up to 12 digits, found '" + image_id + "'"};
  }
  return "COCO_" + subset + "_" + std::string(kDigits - image_id.size(), '0') + image_id + ".jpg";
}

MediaPlaces ImagesOfCoco(const std::string& subset) {
  return {
      .folders = {subset, "images/" + subset, "images", ""}, .prefixes = {""}, .extensions = {""}};
}

MaybeError ReadVqaQuestions(const std::string& path, const VqaFiles& files,
                            const std::string& split, std::vector<ManifestRow>& rows) {
  std::ifstream in(path, std::ios::binary);
  return ReadJsonArray(in, path, "questions", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    ManifestRow row;
    row.id = fields.Text("question_id");
    row.question = fields.Text("question");
    row.split = split;
    const std::string image = fields.Text("image_id");
    if (fields.error()) return fields.error();
    auto name = CocoName(files.images, image);
    if (!name) return name.error();
    row.path = *std::move(name);
    rows.push_back(std::move(row));
    return {};
  });
}

// Gives the rows their answers and their category.
MaybeError ReadVqaAnswers(const std::string& path, std::vector<ManifestRow>& rows) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < rows.size(); ++i) index.emplace(rows[i].id, i);
  std::ifstream in(path, std::ios::binary);
  return ReadJsonArray(in, path, "annotations", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    const std::string id = fields.Text("question_id");
    const std::string type = fields.Text("answer_type");
    auto answers = fields.Texts("answers", "answer");
    if (fields.error()) return fields.error();
    const auto found = index.find(id);
    if (found == index.end()) {
      return Error{ErrorCode::kCorrupt, "question_id: expected one of the questions, found " + id};
    }
    rows[found->second].answers = std::move(answers);
    rows[found->second].category = type;
    return {};
  });
}

MaybeError ReadPopeFile(const SetFolder& folder, const std::string& kind, PublishedRows& rows) {
  const std::string name = "coco_pope_" + kind + ".json";
  const auto path = folder.Find({name, "coco/" + name, "output/coco/" + name});
  if (!path) return path.error();
  std::ifstream in(*path, std::ios::binary);
  return ReadJsonLines(in, *path, [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    ManifestRow row;
    row.id = kind + "-" + fields.Text("question_id");
    row.path = fields.Text("image");
    row.question = fields.Text("text");
    row.answers = {fields.Text("label")};
    row.category = kind;
    row.split = kind;
    if (fields.error()) return fields.error();
    rows.rows.push_back(std::move(row));
    return {};
  });
}

}  // namespace

Result<PublishedRows> ReadVqaV2(const SetFolder& folder, const std::string& split) {
  const VqaFiles files = VqaFilesOf(split);
  PublishedRows rows{{}, ImagesOfCoco(files.images)};
  const std::string questions = "v2_OpenEnded_mscoco_" + files.subset + "_questions.json";
  const auto path = folder.Find({questions, "annotations/" + questions});
  if (!path) return path.error();
  if (auto error = ReadVqaQuestions(*path, files, split, rows.rows)) return *error;
  if (!files.has_answers) return rows;
  const std::string answers = "v2_mscoco_" + files.subset + "_annotations.json";
  const auto answers_path = folder.Find({answers, "annotations/" + answers});
  if (!answers_path) return answers_path.error();
  if (auto error = ReadVqaAnswers(*answers_path, rows.rows)) return *error;
  return rows;
}

Result<PublishedRows> ReadTextVqa(const SetFolder& folder, const std::string& split) {
  const std::string images = split == "test" ? "test_images" : "train_images";
  PublishedRows rows{{},
                     {.folders = {images, "train_val_images/" + images, "images", ""},
                      .prefixes = {""},
                      .extensions = {".jpg"}}};
  const auto path = folder.Find({"TextVQA_0.5.1_" + split + ".json"});
  if (!path) return path.error();
  std::ifstream in(*path, std::ios::binary);
  auto error = ReadJsonArray(in, *path, "data", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    ManifestRow row;
    row.id = fields.Text("question_id");
    row.path = fields.Text("image_id");
    row.question = fields.Text("question");
    if (element.contains("answers")) row.answers = fields.Texts("answers");
    row.split = split;
    if (fields.error()) return fields.error();
    rows.rows.push_back(std::move(row));
    return {};
  });
  if (error) return *error;
  return rows;
}

Result<PublishedRows> ReadPope(const SetFolder& folder, const std::string& split) {
  PublishedRows rows{{}, ImagesOfCoco("val2014")};
  for (const char* kind : {"random", "popular", "adversarial"}) {
    if (split != "all" && split != kind) continue;
    if (auto error = ReadPopeFile(folder, kind, rows)) return *error;
  }
  return rows;
}

}  // namespace edgevlm
