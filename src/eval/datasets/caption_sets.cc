// Descriptions of images and sounds: COCO captions, AudioCaps.
#include <algorithm>
#include <fstream>
#include <unordered_map>

#include "eval/datasets/csv.h"
#include "eval/datasets/json_stream.h"
#include "eval/datasets/published_set.h"

namespace edgevlm {
namespace {

using nlohmann::json;

using RowIndex = std::unordered_map<std::string, std::size_t>;  // by the row's id

MaybeError ReadCocoImages(const std::string& path, std::vector<ManifestRow>& rows) {
  std::ifstream in(path, std::ios::binary);
  return ReadJsonArray(in, path, "images", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    ManifestRow row;
    row.id = fields.Text("id");
    row.path = fields.Text("file_name");
    if (fields.error()) return fields.error();
    rows.push_back(std::move(row));
    return {};
  });
}

MaybeError ReadCocoTexts(const std::string& path, std::vector<ManifestRow>& rows) {
  RowIndex index;
  for (std::size_t i = 0; i < rows.size(); ++i) index.emplace(rows[i].id, i);
  std::ifstream in(path, std::ios::binary);
  return ReadJsonArray(in, path, "annotations", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    const std::string id = fields.Text("image_id");
    std::string caption = fields.Text("caption");
    if (fields.error()) return fields.error();
    const auto found = index.find(id);
    if (found == index.end()) {
      return Error{ErrorCode::kCorrupt, "image_id: expected one of the images, found " + id};
    }
    rows[found->second].answers.push_back(std::move(caption));
    return {};
  });
}

constexpr std::string_view kKarpathy = "karpathy-";

// The split of COCO 2014 that papers on captions compare on (Karpathy and Fei-Fei 2015): `subset`
// is train, restval, val or test.
MaybeError ReadKarpathySplit(const std::string& path, std::string_view subset,
                             std::vector<ManifestRow>& rows) {
  std::ifstream in(path, std::ios::binary);
  return ReadJsonArray(in, path, "images", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    const bool is_wanted = fields.Text("split") == subset;
    const std::string parent = fields.Text("filepath");
    ManifestRow row = {.id = fields.Text("cocoid"),
                       .path = parent + "/" + fields.Text("filename"),
                       .answers = fields.Texts("sentences", "raw"),
                       .split = std::string(kKarpathy) + std::string(subset)};
    if (fields.error()) return fields.error();
    if (is_wanted) rows.push_back(std::move(row));
    return {};
  });
}

// Reads a row of AudioCaps: one caption of a clip, which has several rows in val and test.
void AddCaption(const std::string& youtube_id, const std::string& start, const std::string& caption,
                const std::string& split, RowIndex& index, std::vector<ManifestRow>& rows) {
  const std::string id = youtube_id + "_" + start;
  const auto [found, is_new] = index.emplace(id, rows.size());
  if (is_new) {
    rows.push_back({.id = id, .path = youtube_id, .type = MediaType::kAudio, .split = split});
  }
  rows[found->second].answers.push_back(caption);
}

MaybeError ReadAudioCapsFile(const std::string& path, const std::string& split,
                             std::vector<ManifestRow>& rows) {
  std::ifstream in(path, std::ios::binary);
  CsvReader reader(in, path);
  std::vector<std::string> fields;
  std::vector<std::size_t> columns;
  RowIndex index;
  while (true) {
    const auto found = reader.Next(fields);
    if (!found) return found.error();
    if (!*found) return {};
    const std::string where = path + ": line " + std::to_string(reader.line()) + ": ";
    if (columns.empty()) {
      for (const char* name : {"youtube_id", "start_time", "caption"}) {
        const auto column = std::ranges::find(fields, name);
        if (column == fields.end()) {
          return Error{ErrorCode::kCorrupt, where + "expected a column '" + name + "'"};
        }
        columns.push_back(static_cast<std::size_t>(column - fields.begin()));
      }
      continue;
    }
    if (fields.size() <= std::ranges::max(columns)) {
      return Error{ErrorCode::kCorrupt, where + "expected as many fields as in the header"};
    }
    AddCaption(fields[columns[0]], fields[columns[1]], fields[columns[2]], split, index, rows);
  }
}

}  // namespace

Result<PublishedRows> ReadCocoCaptions(const SetFolder& folder, const std::string& split) {
  PublishedRows rows{
      {},
      {.folders = {split, "images/" + split, "images", ""}, .prefixes = {""}, .extensions = {""}}};
  if (split.starts_with(kKarpathy)) {
    const auto path = folder.Find({"dataset_coco.json", "annotations/dataset_coco.json"});
    if (!path) return path.error();
    const std::string_view subset = std::string_view(split).substr(kKarpathy.size());
    if (auto error = ReadKarpathySplit(*path, subset, rows.rows)) return *error;
    return rows;
  }
  const std::string name = "captions_" + split + ".json";
  const auto path = folder.Find({"annotations/" + name, name});
  if (!path) return path.error();
  auto read = ReadCocoFile(*path);
  if (!read) return read.error();
  rows.rows = *std::move(read);
  for (ManifestRow& row : rows.rows) row.split = split;
  return rows;
}

Result<std::vector<ManifestRow>> ReadCocoFile(const std::string& path) {
  std::vector<ManifestRow> rows;
  // Twice, as nothing says which of the arrays comes first.
  if (auto error = ReadCocoImages(path, rows)) return *error;
  if (auto error = ReadCocoTexts(path, rows)) return *error;
  return rows;
}

Result<PublishedRows> ReadAudioCaps(const SetFolder& folder, const std::string& split) {
  PublishedRows rows{{},
                     {.folders = {"audio", "audio/" + split, split, "wav", ""},
                      .prefixes = {"", "Y"},
                      .extensions = {".wav", ".flac", ".mp3", ".ogg", ".m4a"}}};
  const std::string name = split + ".csv";
  const auto path = folder.Find({"dataset/" + name, "dataset2.0/" + name, name});
  if (!path) return path.error();
  if (auto error = ReadAudioCapsFile(*path, split, rows.rows)) return *error;
  return rows;
}

}  // namespace edgevlm
