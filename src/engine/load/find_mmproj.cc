#include "engine/load/find_mmproj.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "edgevlm/edgevlm.h"
#include "gguf/mapped_parts.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "mmproj";

std::string LowerName(const fs::path& path) { return ToLowerAscii(path.filename().string()); }

bool IsMmproj(const fs::path& path) {
  const std::string name = LowerName(path);
  if (!name.ends_with(".gguf") || name.find(kMark) == std::string::npos) return false;
  const std::optional<PartName> part = ParsePartName(name);
  return !part || part->number == 1;  // loading the first loads the others
}

// The length of the common prefix of the names, without "mmproj".
std::size_t CommonLetters(const fs::path& mmproj, const fs::path& model) {
  std::string name = LowerName(mmproj);
  name.erase(name.find(kMark), kMark.size());
  name.erase(0, name.find_first_not_of("-_."));
  const std::string other = LowerName(model);
  return static_cast<std::size_t>(std::ranges::mismatch(name, other).in1 - name.begin());
}

std::vector<fs::path> MmprojFilesIn(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code ignored;  // a folder that cannot be listed has no candidates
  for (fs::directory_iterator it(folder, ignored), end; !ignored && it != end;
       it.increment(ignored)) {
    if (IsMmproj(it->path()) && it->is_regular_file(ignored)) found.push_back(it->path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

Result<std::string> FindMmproj(const std::string& model_path, const std::string& given) {
  const fs::path model(model_path);
  if (given == kNoMmproj) return std::string();
  if (!given.empty()) return given;
  if (IsMmproj(model)) return std::string();
  const fs::path folder = model.has_parent_path() ? model.parent_path() : fs::path(".");
  const std::vector<fs::path> found = MmprojFilesIn(folder);
  if (found.empty()) return std::string();
  std::vector<fs::path> best;
  std::size_t longest = 0;
  for (const fs::path& path : found) {
    const std::size_t common = CommonLetters(path, model);
    if (common > longest) best.clear();
    if (common >= longest) best.push_back(path);
    longest = std::max(longest, common);
  }
  if (best.size() == 1) return best.front().string();
  return Error{ErrorCode::kInvalid, model_path + ": expected one mmproj file beside it (or " +
                                        "--mmproj FILE|none), found " + best[0].string() + " and " +
                                        best[1].string()};
}

}  // namespace edgevlm
