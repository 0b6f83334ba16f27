#include "train/text_templates/typing.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

constexpr float kPolite = 0.12f;
constexpr float kBritish = 0.4f;
constexpr float kSentenceCase = 0.45f;
constexpr float kCapitals = 0.05f;
constexpr float kSlip = 0.05f;
constexpr float kQuoted = 0.04f;
constexpr float kQuotedWord = 0.02f;

constexpr std::array<std::string_view, 8> kPhrasesBefore = {
    "[please|hey|hi|hello|ok|okay|so|and|now|well], ",
    "[please|so|and|now] ",
    "[can you tell me|could you tell me|please tell me|tell me]: ",
    "[question|quick question|my question]: ",
    "[in|looking at] [this|the] @, ",
    "i [have a question|want to ask]: ",
    "[excuse me|sorry|one more question|another question], ",
    "[look at|see] the @: "};

constexpr std::array<std::string_view, 3> kPhrasesAfter = {
    "[|,] please", ", [thanks|thank you|do you know|can you say|tell me]", "[| i wonder| now]"};

void ReplaceAll(std::string_view from, std::string_view to, std::string& text) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

void MakePolite(std::string& text, std::mt19937_64& rng) {
  if (Bernoulli(rng, 0.7f)) {
    text.insert(0, ExpandWording(PickOne(rng, kPhrasesBefore), rng));
    return;
  }
  const bool asks = text.ends_with('?');
  if (asks) text.pop_back();
  text += ExpandWording(PickOne(rng, kPhrasesAfter), rng);
  if (asks) text += '?';
}

// A letter twice, left out, or in the wrong order, in a word of at least five letters.
void Slip(std::string& text, std::mt19937_64& rng) {
  constexpr int kLongWord = 5;
  const int begin = UniformInt(rng, static_cast<int>(text.size()));
  int letters = 0;
  for (std::size_t at = static_cast<std::size_t>(begin); at < text.size(); ++at) {
    letters = 'a' <= text[at] && text[at] <= 'z' ? letters + 1 : 0;
    if (letters < kLongWord) continue;
    const std::size_t in_word = at - static_cast<std::size_t>(1 + UniformInt(rng, kLongWord - 1));
    switch (UniformInt(rng, 3)) {
      case 0:
        text.insert(in_word, 1, text[in_word]);
        return;
      case 1:
        text.erase(in_word, 1);
        return;
      default:
        std::swap(text[in_word], text[in_word + 1]);
        return;
    }
  }
}

void VaryEnd(std::string& text, std::mt19937_64& rng) {
  if (!text.ends_with('?')) {
    if (Bernoulli(rng, 0.3f)) text += '.';
    if (Bernoulli(rng, 0.05f)) text += '!';
    return;
  }
  constexpr std::array<float, 5> kWeights = {60, 30, 4, 3, 3};
  constexpr std::array<std::string_view, 5> kEnds = {"?", "", " ?", "??", "?!"};
  text.pop_back();
  text += kEnds[static_cast<std::size_t>(Weighted(rng, kWeights))];
}

// Quotation marks of any kind around text[begin, end).
void Quote(std::size_t begin, std::size_t end, std::string& text, std::mt19937_64& rng) {
  constexpr std::array<std::array<std::string_view, 2>, 6> kMarks = {{{"\"", "\""},
                                                                      {"'", "'"},
                                                                      {"\u201C", "\u201D"},
                                                                      {"\u2018", "\u2019"},
                                                                      {"\u00AB", "\u00BB"},
                                                                      {"\u201E", "\u201C"}}};
  const auto& [open, close] = PickOne(rng, kMarks);
  text.insert(end, close).insert(begin, open);
}

void QuoteAWord(std::string& text, std::mt19937_64& rng) {
  const auto from = static_cast<std::size_t>(UniformInt(rng, static_cast<int>(text.size())));
  const std::size_t blank = text.find(' ', from);
  if (blank == std::string::npos) return;
  Quote(blank + 1, std::min(text.find_first_of(" ,?.!", blank + 1), text.size()), text, rng);
}

}  // namespace

std::string AsTyped(std::string text, std::mt19937_64& rng) {
  if (Bernoulli(rng, kPolite)) MakePolite(text, rng);
  if (Bernoulli(rng, kBritish)) {
    ReplaceAll("color", "colour", text);
    ReplaceAll("center", "centre", text);
  }
  if (Bernoulli(rng, kSlip)) Slip(text, rng);
  VaryEnd(text, rng);
  if (Bernoulli(rng, 0.3f)) ReplaceAll("'", Bernoulli(rng, 0.5f) ? "\u2019" : "", text);
  const float fate = Uniform(rng, 0, 1);
  if (fate < kCapitals) {
    text = ToUpperAscii(text);
  } else if (fate < kCapitals + kSentenceCase && 'a' <= text[0] && text[0] <= 'z') {
    text[0] = ToUpperAscii(text[0]);
    ReplaceAll(" i ", " I ", text);
  }
  if (Bernoulli(rng, kQuotedWord)) QuoteAWord(text, rng);
  if (Bernoulli(rng, kQuoted)) Quote(0, text.size(), text, rng);
  return text;
}

}  // namespace edgevlm::train
