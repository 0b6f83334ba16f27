// The profile as one page for browsers: the files of page/ and the profile's JSON, joined.
#include <map>

#include "base/check.h"
#include "base/embedded_files.h"
#include "edgevlm/profiler.h"

// In page/files.S.
extern "C" const char edgevlm_profile_page_begin[];
extern "C" const char edgevlm_profile_page_end[];

namespace edgevlm {
namespace {

// So that no text of the profile can end the script element that it stands in.
std::string WithoutTags(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

// Replaces each mark once, in the page's own text only: what is put in may contain marks.
std::string Fill(std::string_view page, const std::map<std::string, std::string>& marks) {
  std::string filled;
  while (!page.empty()) {
    std::size_t first = std::string_view::npos;
    const std::pair<const std::string, std::string>* next = nullptr;
    for (const auto& mark : marks) {
      const std::size_t at = page.find(mark.first);
      if (at < first) {
        first = at;
        next = &mark;
      }
    }
    filled += page.substr(0, first);
    if (next == nullptr) break;
    filled += next->second;
    page.remove_prefix(first + next->first.size());
  }
  return filled;
}

}  // namespace

std::string ProfileHtml(const Profile& profile) {
  std::string_view page;
  std::map<std::string, std::string> marks = {{"/*PROFILE*/", WithoutTags(ProfileJson(profile))}};
  for (const EmbeddedFile& file :
       ListEmbeddedFiles({edgevlm_profile_page_begin, edgevlm_profile_page_end})) {
    if (file.name == "profile.html") page = file.bytes;
    if (file.name.ends_with(".css")) marks["/*STYLE*/"] += file.bytes;
    if (file.name.ends_with(".js")) marks["/*SCRIPT*/"] += file.bytes;
  }
  CHECK(!page.empty());
  return Fill(page, marks);
}

}  // namespace edgevlm
