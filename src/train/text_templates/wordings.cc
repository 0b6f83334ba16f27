#include "train/text_templates/wordings.h"

#include <cstddef>

#include "base/check.h"
#include "train/text_templates/pick_one.h"

namespace edgevlm::train {
namespace {

constexpr std::string_view kImageWords = "[picture|picture|image|image|photo|photograph|scene]";

// The index after the bracket that closes the one at pattern[open].
std::size_t EndOfGroup(std::string_view pattern, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < pattern.size(); ++at) {
    if (pattern[at] == '[') ++depth;
    if (pattern[at] == ']' && --depth == 0) return at + 1;
  }
  CHECK(false);
}

// The alternatives of a group without its brackets.
std::vector<std::string_view> AlternativesOf(std::string_view group) {
  std::vector<std::string_view> alternatives;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= group.size(); ++at) {
    if (at == group.size() || (group[at] == '|' && depth == 0)) {
      alternatives.push_back(group.substr(begin, at - begin));
      begin = at + 1;
    } else if (group[at] == '[') {
      ++depth;
    } else if (group[at] == ']') {
      --depth;
    }
  }
  return alternatives;
}

void AddPatterns(QuestionForm form, std::span<const FormWording> table,
                 std::vector<std::string_view>& patterns) {
  for (const FormWording& wording : table) {
    if (wording.form == form) patterns.push_back(wording.pattern);
  }
}

}  // namespace

std::vector<std::string_view> TrainedWordings(QuestionForm form) {
  std::vector<std::string_view> patterns;
  AddPatterns(form, TrainedContentWordings(), patterns);
  AddPatterns(form, TrainedPlaceWordings(), patterns);
  AddPatterns(form, TrainedOtherWordings(), patterns);
  CHECK(!patterns.empty());
  return patterns;
}

std::vector<std::string_view> HeldOutWordings(QuestionForm form) {
  std::vector<std::string_view> patterns;
  AddPatterns(form, AllHeldOutWordings(), patterns);
  CHECK(!patterns.empty());
  return patterns;
}

std::string ExpandWording(std::string_view pattern, std::mt19937_64& rng) {
  std::string text;
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] == '[') {
      const std::size_t end = EndOfGroup(pattern, at);
      const auto alternatives = AlternativesOf(pattern.substr(at + 1, end - at - 2));
      text += ExpandWording(PickOne(rng, alternatives), rng);
      at = end;
    } else if (pattern[at] == '@') {
      text += ExpandWording(kImageWords, rng);
      ++at;
    } else {
      text += pattern[at++];
    }
  }
  return text;
}

}  // namespace edgevlm::train
