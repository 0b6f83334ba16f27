#include "eval/datasets/manifest.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "eval/datasets/csv.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<MediaType, std::string_view>, 4> kMediaTypes = {{
    {MediaType::kImage, "image"},
    {MediaType::kVideo, "video"},
    {MediaType::kAudio, "audio"},
    {MediaType::kText, "text"},
}};

enum Column { kId, kPath, kType, kQuestion, kAnswer, kChoices, kCategory, kSplit, kColumns };
constexpr std::array<std::string_view, kColumns> kColumnNames = {
    "id", "path", "type", "question", "answer", "choices", "category", "split"};
constexpr std::size_t kRequired = kType + 1;

constexpr std::size_t kMaxValues = 1024;  // of a cell

// The index of each column in the file's rows, if it has that column.
using ColumnMap = std::array<std::optional<std::size_t>, kColumns>;

Error BadManifest(const std::string& what) { return Error{ErrorCode::kCorrupt, what}; }

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

Result<ColumnMap> MapColumns(const std::vector<std::string>& header,
                             std::vector<std::string>& ignored) {
  ColumnMap map;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto found = std::ranges::find(kColumnNames, header[i]);
    if (found == kColumnNames.end()) {
      ignored.push_back(header[i]);
      continue;
    }
    auto& index = map[static_cast<std::size_t>(found - kColumnNames.begin())];
    if (index) {
      return BadManifest("expected each column once, found " + Quoted(header[i]) + " twice");
    }
    index = i;
  }
  for (std::size_t i = 0; i < kRequired; ++i) {
    if (!map[i]) {
      return BadManifest("expected a column " + Quoted(kColumnNames[i]) + ", found none");
    }
  }
  return map;
}

// A cell with several values is a JSON array of texts; any other is one value, an empty one none.
Result<std::vector<std::string>> ReadValues(const std::string& cell) {
  if (cell.empty()) return std::vector<std::string>{};
  if (cell.front() != '[') return std::vector<std::string>{cell};
  const json array = json::parse(cell, nullptr, /*allow_exceptions=*/false);
  if (!array.is_array()) return BadManifest("expected a JSON array of texts");
  if (array.size() > kMaxValues) {
    return Error{ErrorCode::kTooLarge,
                 "expected at most " + std::to_string(kMaxValues) + " values"};
  }
  std::vector<std::string> values;
  for (const json& value : array) {
    if (!value.is_string()) return BadManifest("expected a JSON array of texts");
    values.push_back(value.get<std::string>());
  }
  return values;
}

std::string WriteValues(const std::vector<std::string>& values) {
  if (values.empty()) return "";
  const std::string& first = values[0];
  const bool plain = values.size() == 1 && !first.empty() && first.front() != '[' &&
                     first.find('\0') == std::string::npos;  // which a CSV file cannot have
  return plain ? first : json(values).dump(-1, ' ', false, json::error_handler_t::replace);
}

MaybeError CheckPath(const ManifestRow& row, const ManifestOptions& options) {
  if (row.path.empty()) {
    if (row.type == MediaType::kText) return {};
    return BadManifest("path: expected the file of this " + std::string(NameOf(row.type)) +
                       ", found nothing");
  }
  const std::filesystem::path path(row.path);
  if (path.is_absolute()) {
    if (options.absolute_paths) return {};
    return BadManifest("path: expected a path relative to the media's folder, found " +
                       Quoted(row.path));
  }
  if (std::ranges::find(path, "..") == path.end()) return {};
  return BadManifest("path: expected a path inside the media's folder, found " + Quoted(row.path));
}

Result<ManifestRow> ReadRow(const std::vector<std::string>& fields, const ColumnMap& map) {
  const auto cell = [&](Column column) {
    return map[column] ? fields[*map[column]] : std::string();
  };
  ManifestRow row;
  row.id = cell(kId);
  if (row.id.empty()) return BadManifest("id: expected a text, found nothing");
  row.path = cell(kPath);
  const auto type = FindMediaType(cell(kType));
  if (!type) {
    return BadManifest("type: expected image, video, audio or text, found " + Quoted(cell(kType)));
  }
  row.type = *type;
  row.question = cell(kQuestion);
  for (const auto& [column, values] :
       {std::pair{kAnswer, &row.answers}, std::pair{kChoices, &row.choices}}) {
    auto read = ReadValues(cell(column));
    if (!read) {
      return read.error().In(std::string(kColumnNames[column]));
    }
    *values = *std::move(read);
  }
  row.category = cell(kCategory);
  row.split = cell(kSplit);
  return row;
}

class ManifestParser {
 public:
  ManifestParser(std::istream& in, const std::string& name, const std::string& folder,
                 const ManifestOptions& options)
      : name_(name), options_(options), reader_(in, name) {
    manifest_.folder = options.media_folder.empty() ? folder : options.media_folder;
  }

  Result<Manifest> Parse() {
    std::vector<std::string> fields;
    auto found = reader_.Next(fields);
    if (!found) return found.error();
    if (!*found) return BadManifest(name_ + ": expected a header, found an empty file");
    const std::size_t columns = fields.size();
    const auto map = MapColumns(fields, manifest_.ignored_columns);
    if (!map) return At(map.error());
    while (!IsFull()) {
      found = reader_.Next(fields);
      if (!found) return found.error();
      if (!*found) break;
      if (fields.size() != columns) {
        return At(BadManifest("expected " + std::to_string(columns) +
                              " fields as in the header, found " + std::to_string(fields.size())));
      }
      auto row = ReadRow(fields, *map);
      if (!row) return At(row.error());
      if (auto error = Add(*std::move(row))) return At(*error);
    }
    if (manifest_.rows.empty()) return NoRows();
    return std::move(manifest_);
  }

 private:
  bool IsFull() const { return options_.limit > 0 && manifest_.rows.size() == options_.limit; }

  Error At(const Error& error) const {
    return error.In(name_ + ": line " + std::to_string(reader_.line()));
  }

  Error NoRows() const {
    if (lines_.empty()) return BadManifest(name_ + ": expected at least one row, found none");
    return Error{ErrorCode::kInvalid,
                 name_ + ": split: expected rows with " + Quoted(options_.split) + ", found none"};
  }

  MaybeError Add(ManifestRow row) {
    const auto [known, is_new] = lines_.emplace(row.id, reader_.line());
    if (!is_new) {
      return BadManifest("id: expected another one than line " + std::to_string(known->second) +
                         " has, found " + Quoted(row.id));
    }
    if (auto error = CheckPath(row, options_)) return error;
    if (auto error = CheckChoices(row)) return error;
    if (!options_.split.empty() && row.split != options_.split) return {};
    if (manifest_.rows.size() == kMaxManifestRows) {
      return Error{ErrorCode::kTooLarge,
                   "expected at most " + std::to_string(kMaxManifestRows) + " rows"};
    }
    if (options_.check_files && !row.path.empty()) {
      const std::string file = manifest_.FileOf(row);
      std::error_code ignored;
      if (!std::filesystem::exists(file, ignored)) {
        return Error{ErrorCode::kNotFound, "path: expected a file, found nothing at " + file};
      }
    }
    manifest_.rows.push_back(std::move(row));
    return {};
  }

  const std::string& name_;
  const ManifestOptions& options_;
  CsvReader reader_;
  Manifest manifest_;
  std::unordered_map<std::string, std::size_t> lines_;  // of each id
};

}  // namespace

std::string_view NameOf(MediaType type) {
  return kMediaTypes[static_cast<std::size_t>(type)].second;
}

std::optional<MediaType> FindMediaType(std::string_view name) {
  for (const auto& [type, type_name] : kMediaTypes) {
    if (name == type_name) return type;
  }
  return {};
}

std::string Manifest::FileOf(const ManifestRow& row) const {
  CHECK(!row.path.empty());
  return (std::filesystem::path(folder) / row.path).string();
}

Result<Manifest> ReadManifest(const std::string& path, const ManifestOptions& options) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) {
    return Error{ErrorCode::kNotFound, path + ": expected a manifest, found no such file"};
  }
  if (std::filesystem::is_directory(status)) {
    return Error{ErrorCode::kInvalid, path + ": expected a manifest, found a folder"};
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{ErrorCode::kIo, path + ": cannot be read"};
  return ParseManifest(in, path, std::filesystem::path(path).parent_path().string(), options);
}

Result<Manifest> ParseManifest(std::istream& in, const std::string& name, const std::string& folder,
                               const ManifestOptions& options) {
  return ManifestParser(in, name, folder, options).Parse();
}

std::optional<std::size_t> RightChoice(const ManifestRow& row) {
  if (row.answers.size() != 1) return {};
  const std::string& answer = row.answers[0];
  if (answer.size() == 1 && answer[0] >= 'A') {
    const auto index = static_cast<std::size_t>(answer[0] - 'A');
    if (index < row.choices.size()) return index;
  }
  const auto found = std::ranges::find(row.choices, answer);
  if (found == row.choices.end()) return {};
  return static_cast<std::size_t>(found - row.choices.begin());
}

MaybeError CheckChoices(const ManifestRow& row) {
  if (row.choices.empty()) return {};
  if (row.choices.size() == 1 || row.choices.size() > kMaxChoices) {
    return BadManifest("choices: expected 2 to " + std::to_string(kMaxChoices) + ", found " +
                       std::to_string(row.choices.size()));
  }
  if (row.answers.empty() || RightChoice(row)) return {};
  return BadManifest("answer: expected the letter or the text of one choice, found " +
                     Quoted(WriteValues(row.answers)));
}

std::string ChoiceLetter(std::size_t index) {
  CHECK(index < kMaxChoices);
  return {static_cast<char>('A' + static_cast<int>(index))};
}

std::string ManifestText(const std::vector<ManifestRow>& rows) {
  std::string text;
  AppendCsvRow({kColumnNames.begin(), kColumnNames.end()}, text);
  for (const ManifestRow& row : rows) {
    AppendCsvRow({row.id, row.path, std::string(NameOf(row.type)), row.question,
                  WriteValues(row.answers), WriteValues(row.choices), row.category, row.split},
                 text);
  }
  return text;
}

}  // namespace edgevlm
