#include "train/text_templates/wordings.h"

#include <algorithm>
#include <cstddef>
#include <set>

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

// Whether it is a word that "@" and the rule "image" stand for.
bool IsImageWord(const std::string& word) {
  const std::string_view rule = RuleNamed("image");
  const auto words = AlternativesOf(rule.substr(1, rule.size() - 2));
  return std::ranges::find(words, word) != words.end();
}

// The wording without what does not tell it from another: "@" for the image, no final mark.
std::string Essence(std::string_view wording) {
  std::string text, word;
  for (const char c : std::string(wording) + ' ') {
    if ('a' <= c && c <= 'z') {
      word += c;
      continue;
    }
    text += IsImageWord(word) ? "@" : word;
    text += c;
    word.clear();
  }
  text.erase(text.find_last_not_of(" ?.") + 1);
  return text;
}

bool IsHeldOutWording(std::string_view wording) {
  static const std::set<std::string> kHeldOut = [] {
    std::set<std::string> all;
    for (const FormWording& held_out : AllHeldOutWordings()) all.insert(Essence(held_out.pattern));
    return all;
  }();
  return kHeldOut.contains(Essence(wording));
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
  AddPatterns(form, TrainedEitherWordings(), patterns);
  AddPatterns(form, InstrumentWordings(), patterns);
  AddPatterns(form, TrainedOtherWordings(), patterns);
  AddPatterns(form, ComposedContentWordings(), patterns);
  AddPatterns(form, ComposedOtherWordings(), patterns);
  CHECK(!patterns.empty());
  return patterns;
}

std::vector<std::string_view> HeldOutWordings(QuestionForm form) {
  std::vector<std::string_view> patterns;
  AddPatterns(form, AllHeldOutWordings(), patterns);
  CHECK(!patterns.empty());
  return patterns;
}

std::string DrawWording(QuestionForm form, Wording wording, std::mt19937_64& rng) {
  const bool trains = wording == Wording::kTrained;
  const auto patterns = trains ? TrainedWordings(form) : HeldOutWordings(form);
  for (;;) {
    std::string text = ExpandWording(PickOne(rng, patterns), rng);
    if (!trains || !IsHeldOutWording(text)) return text;
  }
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
    } else if (pattern[at] == '<') {
      const std::size_t end = pattern.find('>', at);
      CHECK(end != std::string_view::npos);
      text += ExpandWording(RuleNamed(pattern.substr(at + 1, end - at - 1)), rng);
      at = end + 1;
    } else {
      text += pattern[at++];
    }
  }
  return text;
}

}  // namespace edgevlm::train
