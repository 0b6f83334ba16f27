// Conversations about images: LLaVA's instruction data.
#include <algorithm>
#include <fstream>

#include "eval/datasets/json_stream.h"
#include "eval/datasets/published_set.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// The text of a turn without the image's mark, which comes first or last on a line of its own.
std::string WithoutMark(std::string text) {
  constexpr std::string_view kMark = "<image>";
  const std::size_t at = text.find(kMark);
  if (at != std::string::npos) text.erase(at, kMark.size());
  constexpr const char* kBlanks = " \t\r\n";
  text.erase(0, std::min(text.find_first_not_of(kBlanks), text.size()));
  text.erase(text.find_last_not_of(kBlanks) + 1);
  return text;
}

// One row for each question that is followed by an answer.
MaybeError AddTurns(const std::string& id, const std::string& image, const json& turns,
                    std::vector<ManifestRow>& rows) {
  if (!turns.is_array()) {
    return Error{ErrorCode::kCorrupt, "conversations: expected an array"};
  }
  std::string question;
  int number = 0;
  for (const json& turn : turns) {
    JsonFields fields(turn);
    const std::string author = fields.Text("from");
    const std::string text = WithoutMark(fields.Text("value"));
    if (fields.error()) return fields.error();
    if (author == "human" || author == "user") question = text;
    if (author != "gpt" && author != "assistant") continue;
    ++number;
    rows.push_back({.id = id + "-" + std::to_string(number),
                    .path = image,
                    .question = question,
                    .answers = {text},
                    .category = "conversation"});
    question.clear();
  }
  return {};
}

}  // namespace

Result<std::vector<ManifestRow>> ReadConversations(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::kNotFound, path + ": no such file"};
  std::vector<ManifestRow> rows;
  std::size_t number = 0;
  auto error = ReadJsonArray(in, path, "", [&](const json& element) -> MaybeError {
    ++number;
    JsonFields fields(element);
    // Ids are not unique in all files: several conversations are about one image.
    const std::string id = std::to_string(number) + "-" + fields.TextOr("id", "");
    const std::string image = fields.TextOr("image", "");
    if (fields.error()) return fields.error();
    if (image.empty()) return {};  // about a text only
    return AddTurns(id, image, element.value("conversations", json()), rows);
  });
  if (error) return *error;
  return rows;
}

Result<PublishedRows> ReadLlavaInstruct(const SetFolder& folder, const std::string& split) {
  std::string name = "llava_instruct_150k.json";
  if (split == "conversation") name = "conversation_58k.json";
  if (split == "detail") name = "detail_23k.json";
  if (split == "complex") name = "complex_reasoning_77k.json";
  const auto path = folder.Find({name, "annotations/" + name});
  if (!path) return path.error();
  auto rows = ReadConversations(*path);
  if (!rows) return rows.error();
  for (ManifestRow& row : *rows) row.split = split;
  return PublishedRows{*std::move(rows),
                       {.folders = {"train2017", "train2014", "coco/train2017", "images", ""},
                        .prefixes = {"", "COCO_train2014_"},
                        .extensions = {""}}};
}

}  // namespace edgevlm
