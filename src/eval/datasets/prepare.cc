#include "eval/datasets/prepare.h"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "eval/datasets/seeded_random.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;

// Finds the files of a set's media, and asks the file system once for each.
class MediaFinder {
 public:
  MediaFinder(const PrepareOptions& options, const MediaPlaces& places)
      : folder_(fs::absolute(options.folder).lexically_normal()),
        manifest_folder_(fs::absolute(options.manifest_folder).lexically_normal()),
        places_(places) {
    for (const std::string& name : places.folders) {
      std::error_code ignored;
      if (fs::is_directory(folder_ / name, ignored)) folders_.push_back(folder_ / name);
    }
  }

  // The path for the manifest; empty if there is no such file.
  const std::string& Find(const std::string& name) {
    const auto [found, is_new] = known_.emplace(name, std::string());
    if (is_new) {
      found->second = Search(name);
      missing_ += found->second.empty() ? 1 : 0;
      if (first_missing_.empty() && found->second.empty()) first_missing_ = name;
    }
    return found->second;
  }

  std::size_t missing() const { return missing_; }
  std::size_t asked() const { return known_.size(); }

  // The folders where media were looked for, and the first name that was not there.
  std::string Describe() const {
    std::string text = "'" + first_missing_ + "' in ";
    for (std::size_t i = 0; i < places_.folders.size(); ++i) {
      const std::string& name = places_.folders[i];
      text += (i == 0 ? "" : ", ") + (name.empty() ? std::string("the folder itself") : name + "/");
    }
    return text;
  }

 private:
  std::string Search(const std::string& name) const {
    for (const fs::path& folder : folders_) {
      for (const std::string& prefix : places_.prefixes) {
        for (const std::string& extension : places_.extensions) {
          const fs::path file = folder / (prefix + name + extension);
          std::error_code ignored;
          if (fs::is_regular_file(file, ignored)) return ForManifest(file.lexically_normal());
        }
      }
    }
    return {};
  }

  std::string ForManifest(const fs::path& file) const {
    const fs::path relative = file.lexically_relative(manifest_folder_);
    const bool is_inside = !relative.empty() && *relative.begin() != "..";
    return (is_inside ? relative : file).string();
  }

  const fs::path folder_;
  const fs::path manifest_folder_;
  const MediaPlaces& places_;
  std::vector<fs::path> folders_;
  std::unordered_map<std::string, std::string> known_;
  std::size_t missing_ = 0;
  std::string first_missing_;
};

// Names come from the set's files, which anybody may have written.
bool IsMediaName(const std::string& name) {
  if (name.empty() || name.find('\0') != std::string::npos) return false;
  const fs::path path(name);
  return path.is_relative() && std::ranges::find(path, "..") == path.end();
}

MaybeError CheckRows(const PublishedSet& set, const std::vector<ManifestRow>& rows) {
  if (rows.empty()) {
    return Error{ErrorCode::kCorrupt, std::string(set.name) + ": expected rows, found none"};
  }
  std::unordered_map<std::string_view, std::size_t> ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string where = std::string(set.name) + ": row " + std::to_string(i + 1) + ": ";
    if (!ids.emplace(rows[i].id, i).second) {
      return Error{ErrorCode::kCorrupt,
                   where + "expected another id than before, found " + rows[i].id};
    }
    if (!IsMediaName(rows[i].path)) {
      return Error{ErrorCode::kCorrupt, where + "expected the name of a file inside the folder"};
    }
    if (auto error = CheckChoices(rows[i])) return Error{error->code, where + error->message};
  }
  return {};
}

Result<std::string> ChooseSplit(const PublishedSet& set, const std::string& split) {
  if (split.empty()) return std::string(set.splits.front());
  if (std::ranges::find(set.splits, split) != set.splits.end()) return split;
  std::string known;
  for (const std::string_view name : set.splits) {
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return Error{ErrorCode::kInvalid, std::string(set.name) + ": split: expected one of " + known +
                                        ", found '" + split + "'"};
}

}  // namespace

void KeepSamples(std::size_t count, std::uint64_t seed, std::vector<ManifestRow>& rows) {
  if (rows.size() <= count) return;
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  SeededRandom random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(order[i], order[i + random.Below(rows.size() - i)]);
  }
  order.resize(count);
  std::ranges::sort(order);
  for (std::size_t i = 0; i < count; ++i) {
    if (order[i] != i) rows[i] = std::move(rows[order[i]]);
  }
  rows.resize(count);
}

Result<Prepared> PrepareManifest(const PublishedSet& set, const PrepareOptions& options) {
  const auto split = ChooseSplit(set, options.split);
  if (!split) return split.error();
  std::error_code ignored;
  if (!std::filesystem::is_directory(options.folder, ignored)) {
    return Error{ErrorCode::kNotFound, options.folder + ": expected a folder, found none"};
  }
  auto published = set.read(SetFolder(options.folder), *split);
  if (!published) return published.error();
  if (auto error = CheckRows(set, published->rows)) return *error;
  Prepared prepared;
  prepared.split = *split;
  prepared.published_rows = published->rows.size();
  MediaFinder finder(options, published->places);
  for (ManifestRow& row : published->rows) {
    const std::string& path = finder.Find(row.path);
    if (path.empty()) {
      ++prepared.missing_rows;
      continue;
    }
    row.path = path;
    prepared.rows.push_back(std::move(row));
  }
  prepared.missing_media = finder.missing();
  if (finder.missing() > 0 && (!options.allow_missing || prepared.rows.empty())) {
    return Error{ErrorCode::kNotFound, options.folder + ": expected " +
                                           std::to_string(finder.asked()) + " media, found " +
                                           std::to_string(finder.missing()) +
                                           " missing, the first one " + finder.Describe()};
  }
  if (options.max_samples > 0) KeepSamples(options.max_samples, options.seed, prepared.rows);
  return prepared;
}

}  // namespace edgevlm
