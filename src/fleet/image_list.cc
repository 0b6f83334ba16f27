#include "fleet/image_list.h"

#include <glob.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "base/ascii.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kImageEndings = {".jpg", ".jpeg", ".png", ".webp",
                                                           ".ppm"};

void AddFolder(const std::string& folder, ImageList& list) {
  const auto problem = [&list](const std::string& path, const std::error_code& error) {
    list.problems.push_back(path + ": cannot be read: " + error.message());
  };
  std::vector<std::string> found;
  std::vector<fs::path> folders = {folder};
  while (!folders.empty()) {
    const fs::path current = std::move(folders.back());
    folders.pop_back();
    std::error_code error;
    fs::directory_iterator entry(current, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::error_code ignored;
      if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
        folders.push_back(entry->path());
      } else if (HasImageName(entry->path()) && !entry->is_directory(ignored)) {
        found.push_back(entry->path());
      }
    }
    if (error) problem(current, error);
  }
  std::ranges::sort(found);
  std::ranges::move(found, std::back_inserter(list.images));
}

MaybeError AddPattern(const std::string& pattern, ImageList& list) {
  glob_t found = {};
  const int failed = glob(pattern.c_str(), GLOB_ERR, nullptr, &found);
  for (std::size_t i = 0; failed == 0 && i < found.gl_pathc; ++i) {
    list.images.emplace_back(found.gl_pathv[i]);
  }
  globfree(&found);
  if (failed == 0) return {};
  if (failed == GLOB_NOMATCH) {
    return Error{
        ErrorCode::kNotFound,
        pattern + ": expected a folder, an image, a list or a pattern, found no such file"};
  }
  return Error{ErrorCode::kIo, pattern + ": cannot be searched"};
}

MaybeError AddInput(const std::string& input, ImageList& list) {
  if (input == "-") return ReadImageList(std::cin, "standard input", list.images);
  std::error_code error;
  const fs::file_status status = fs::status(input, error);
  if (status.type() == fs::file_type::directory) {
    AddFolder(input, list);
    return {};
  }
  if (status.type() == fs::file_type::not_found) return AddPattern(input, list);
  if (error) return Error{ErrorCode::kIo, input + ": cannot be read: " + error.message()};
  if (HasImageName(input)) {
    list.images.push_back(input);
    return {};
  }
  std::ifstream file(input, std::ios::binary);
  if (!file) {
    return Error{ErrorCode::kIo,
                 input + ": cannot be read: " + std::generic_category().message(errno)};
  }
  return ReadImageList(file, input, list.images);
}

// Reads the paths of a list. The first end found decides which ends the list has.
class ListReader {
 public:
  explicit ListReader(std::istream& in) : in_(in) {}

  // False at the end. A path of more than kMaxPathBytes is cut, one byte longer.
  bool Read(std::string& path) {
    path.clear();
    for (char c; in_.get(c);) {
      if (!is_known_ && (c == '\0' || c == '\n')) {
        is_known_ = true;
        end_ = c;
      }
      if (is_known_ && c == end_) return true;
      if (path.size() <= kMaxPathBytes) path += c;
    }
    return !path.empty();
  }

  bool has_lines() const { return end_ != '\0'; }

 private:
  std::istream& in_;
  bool is_known_ = false;
  char end_ = '\n';
};

}  // namespace

bool HasImageName(const std::string& path) {
  const std::string ending = ToLowerAscii(fs::path(path).extension().string());
  return std::ranges::find(kImageEndings, ending) != kImageEndings.end();
}

MaybeError ReadImageList(std::istream& in, const std::string& name,
                         std::vector<std::string>& images) {
  ListReader reader(in);
  std::string path;
  for (std::int64_t line = 1; reader.Read(path); ++line) {
    if (reader.has_lines() && path.ends_with('\r')) path.pop_back();
    if (path.empty()) continue;
    const auto where = [&] { return name + ":" + std::to_string(line) + ": "; };
    if (path.size() > kMaxPathBytes) {
      return Error{ErrorCode::kCorrupt, where() + "expected a path of at most " +
                                            std::to_string(kMaxPathBytes) + " bytes, found more"};
    }
    if (path.find('\0') != std::string::npos) {
      return Error{ErrorCode::kCorrupt,
                   where() + "expected the path of an image, found a zero byte"};
    }
    if (images.size() >= kMaxListedImages) {
      return Error{ErrorCode::kTooLarge,
                   where() + "expected at most " + std::to_string(kMaxListedImages) + " images"};
    }
    images.push_back(path);
  }
  if (in.bad()) return Error{ErrorCode::kIo, name + ": cannot be read"};
  return {};
}

Result<ImageList> ListImages(const std::vector<std::string>& inputs) {
  ImageList list;
  for (const std::string& input : inputs) {
    if (auto error = AddInput(input, list)) return *error;
  }
  std::unordered_set<std::string_view> seen;
  std::vector<bool> is_first;
  is_first.reserve(list.images.size());
  for (const std::string& image : list.images) is_first.push_back(seen.insert(image).second);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < list.images.size(); ++i) {
    if (!is_first[i]) continue;
    if (kept != i) list.images[kept] = std::move(list.images[i]);
    ++kept;
  }
  list.duplicates = static_cast<std::int64_t>(list.images.size() - kept);
  list.images.resize(kept);
  return list;
}

}  // namespace edgevlm
