// Questions about videos: Video-MME, ActivityNet-QA.
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <unordered_map>

#include "base/mapped_file.h"
#include "eval/datasets/json_stream.h"
#include "eval/datasets/parquet/parquet_file.h"
#include "eval/datasets/published_set.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// The cells of a row: the texts of each column that was asked for.
using TableRow = std::vector<std::vector<std::string>>;

Result<std::string> SpellValue(const ParquetValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (IsUtf8(*text)) return *text;
    return Error{ErrorCode::kCorrupt, "expected UTF-8, found other bytes"};
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return Error{ErrorCode::kCorrupt, "expected a text or a whole number, found another value"};
}

// Appends the column's cells to those of the rows.
MaybeError AddColumn(const ParquetColumn& column, std::vector<TableRow>& rows) {
  for (std::size_t i = 0; i < column.rows(); ++i) {
    auto& cell = rows[i].emplace_back();
    for (const ParquetValue& value : column.Row(i)) {
      auto text = SpellValue(value);
      if (!text) return text.error();
      cell.push_back(*std::move(text));
    }
    if (!column.is_list || !cell.empty()) continue;
    return Error{ErrorCode::kCorrupt, "expected lists with values, found an empty one"};
  }
  return {};
}

// Calls on_row for each row of a Parquet file.
MaybeError ReadTable(const std::string& path, std::span<const std::string_view> columns,
                     const std::function<void(TableRow& row)>& on_row) {
  const auto mapped = MappedFile::Open(path);
  if (!mapped) return mapped.error();
  const auto file = ParquetFile::Parse(mapped->bytes());
  if (!file) return file.error().In(path);
  for (std::size_t group = 0; group < file->row_groups(); ++group) {
    std::vector<TableRow> rows;
    for (const std::string_view name : columns) {
      const auto column = file->Read(group, name);
      if (!column) return column.error().In(path);
      if (rows.empty()) rows.resize(column->rows());
      if (auto error = AddColumn(*column, rows)) {
        return error->In(path + ": column '" + std::string(name) + "'");
      }
    }
    for (TableRow& row : rows) on_row(row);
  }
  return {};
}

// "A. red" -> "red".
std::string WithoutLetter(const std::string& option, std::size_t index) {
  const std::string start = ChoiceLetter(std::min(index, kMaxChoices - 1)) + ". ";
  return option.starts_with(start) ? option.substr(start.size()) : option;
}

std::string ActivityType(const std::string& type) {
  constexpr std::array<std::string_view, 9> kTypes = {
      "motion", "spatial", "temporal", "yes/no", "color", "object", "location", "number", "other"};
  std::size_t number = kTypes.size();
  std::from_chars(type.data(), type.data() + type.size(), number);
  return number < kTypes.size() ? std::string(kTypes[number]) : type;
}

MaybeError ReadActivityQuestions(const std::string& path, const std::string& split,
                                 std::vector<ManifestRow>& rows) {
  std::ifstream in(path, std::ios::binary);
  return ReadJsonArray(in, path, "", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    rows.push_back({.id = fields.Text("question_id"),
                    .path = fields.Text("video_name"),
                    .type = MediaType::kVideo,
                    .question = fields.Text("question"),
                    .split = split});
    return fields.error();
  });
}

MaybeError ReadActivityAnswers(const std::string& path, std::vector<ManifestRow>& rows) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < rows.size(); ++i) index.emplace(rows[i].id, i);
  std::ifstream in(path, std::ios::binary);
  return ReadJsonArray(in, path, "", [&](const json& element) -> MaybeError {
    JsonFields fields(element);
    const std::string id = fields.Text("question_id");
    const std::string answer = fields.Text("answer");
    const std::string type = fields.Text("type");
    if (fields.error()) return fields.error();
    const auto found = index.find(id);
    if (found == index.end()) {
      return Error{ErrorCode::kCorrupt, "question_id: expected one of the questions, found " + id};
    }
    rows[found->second].answers = {answer};
    rows[found->second].category = ActivityType(type);
    return {};
  });
}

}  // namespace

Result<PublishedRows> ReadVideoMme(const SetFolder& folder, const std::string& split) {
  constexpr std::array<std::string_view, 6> kColumns = {"question_id", "videoID", "duration",
                                                        "question",    "options", "answer"};
  PublishedRows rows{{},
                     {.folders = {"data", "videos", "video", ""},
                      .prefixes = {""},
                      .extensions = {".mp4", ".MP4", ".mkv", ".webm"}}};
  const std::string name = "test-00000-of-00001.parquet";
  const auto path = folder.Find({"videomme/" + name, name});
  if (!path) return path.error();
  auto error = ReadTable(*path, kColumns, [&](TableRow& row) {
    std::vector<std::string> choices = std::move(row[4]);
    for (std::size_t i = 0; i < choices.size(); ++i) choices[i] = WithoutLetter(choices[i], i);
    rows.rows.push_back({.id = row[0][0],
                         .path = row[1][0],
                         .type = MediaType::kVideo,
                         .question = row[3][0],
                         .answers = {row[5][0]},
                         .choices = std::move(choices),
                         .category = row[2][0],
                         .split = split});
  });
  if (error) return *error;
  return rows;
}

Result<PublishedRows> ReadActivityNetQa(const SetFolder& folder, const std::string& split) {
  constexpr std::array<std::string_view, 5> kColumns = {"question_id", "video_name", "question",
                                                        "answer", "type"};
  PublishedRows rows{{},
                     {.folders = {"videos", "data", "all_" + split, ""},
                      .prefixes = {"v_", ""},
                      .extensions = {".mp4", ".mkv", ".webm"}}};
  const std::string questions = split + "_q.json";
  const std::string answers = split + "_a.json";
  const std::string table = split + "-00000-of-00001.parquet";
  const auto path = folder.Find({"dataset/" + questions, questions, table, "data/" + table,
                                 "Generation/" + table, "OpenEnded/" + table});
  if (!path) return path.error();
  if (path->ends_with(".parquet")) {
    auto error = ReadTable(*path, kColumns, [&](TableRow& row) {
      rows.rows.push_back({.id = row[0][0],
                           .path = row[1][0],
                           .type = MediaType::kVideo,
                           .question = row[2][0],
                           .answers = {row[3][0]},
                           .category = ActivityType(row[4][0]),
                           .split = split});
    });
    if (error) return *error;
    return rows;
  }
  const auto answers_path = folder.Find({"dataset/" + answers, answers});
  if (!answers_path) return answers_path.error();
  if (auto error = ReadActivityQuestions(*path, split, rows.rows)) return *error;
  if (auto error = ReadActivityAnswers(*answers_path, rows.rows)) return *error;
  return rows;
}

}  // namespace edgevlm
