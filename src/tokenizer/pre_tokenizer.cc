#include "tokenizer/pre_tokenizer.h"

#include <iterator>

#include "tokenizer/characters.h"
#include "tokenizer/utf8.h"
#include "tokenizer/words.h"

namespace edgevlm {
namespace {

using Words = std::vector<std::string_view>;

// Bytes of the match at the start of a text; 0: no match.
using Match = std::size_t (*)(std::string_view text);

std::size_t FirstLength(std::string_view text) {
  return static_cast<std::size_t>(ReadCodePoint(text).bytes);
}

// Splits words so that every match becomes a separate word, from left to right.
Words Isolate(const Words& words, Match match) {
  Words isolated;
  for (std::string_view word : words) {
    std::size_t before = 0;
    while (before < word.size()) {
      const std::size_t length = match(word.substr(before));
      if (length == 0) {
        before += FirstLength(word.substr(before));
        continue;
      }
      if (before > 0) isolated.push_back(word.substr(0, before));
      isolated.push_back(word.substr(before, length));
      word.remove_prefix(before + length);
      before = 0;
    }
    if (!word.empty()) isolated.push_back(word);
  }
  return isolated;
}

Words SplitEach(const Words& fragments) {
  Words words;
  for (const std::string_view fragment : fragments) {
    for (const std::string_view word : SplitWords(fragment)) words.push_back(word);
  }
  return words;
}

// \p{N}
std::size_t OneNumber(std::string_view text) {
  return FirstClass(text) == CharacterClass::kNumber ? FirstLength(text) : 0;
}

// \p{N}+
std::size_t Numbers(std::string_view text) { return RunLength(text, CharacterClass::kNumber); }

// [0-9][0-9][0-9]
std::size_t ThreeDigits(std::string_view text) {
  constexpr std::size_t kDigits = 3;
  const std::string_view start = text.substr(0, kDigits);
  const bool digits = start.find_first_not_of("0123456789") == std::string_view::npos;
  return start.size() == kDigits && digits ? kDigits : 0;
}

// [\p{P}$+<=>^~|]+
std::size_t Punctuation(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const CodePoint point = ReadCodePoint(text.substr(length));
    const bool sign =
        point.value < 0x80 &&
        std::string_view("$+<=>^~|").find(static_cast<char>(point.value)) != std::string_view::npos;
    if (!sign && !IsPunctuation(point.value)) break;
    length += static_cast<std::size_t>(point.bytes);
  }
  return length;
}

Words SplitAsDefault(std::string_view text) {
  const Words words = SplitEach(Isolate({text}, Punctuation));
  return Isolate(Isolate(words, Numbers), ThreeDigits);
}

Words SplitAsLlama3(std::string_view text) { return SplitWordsAndLines(text, 3); }
Words SplitAsQwen2(std::string_view text) { return SplitWordsAndLines(text, 1); }
Words SplitAsSmolLm(std::string_view text) { return SplitEach(Isolate({text}, OneNumber)); }

constexpr PreTokenizer kPreTokenizers[] = {
    {.name = "default", .split = SplitAsDefault},
    {.name = "gpt-2", .split = SplitWords},
    {.name = "llama-bpe", .split = SplitAsLlama3, .ignores_merges = true, .adds_bos = true},
    {.name = "llama3", .split = SplitAsLlama3, .ignores_merges = true, .adds_bos = true},
    {.name = "llama-v3", .split = SplitAsLlama3, .ignores_merges = true, .adds_bos = true},
    {.name = "qwen2", .split = SplitAsQwen2},
    {.name = "deepseek-r1-qwen", .split = SplitAsQwen2},
    {.name = "smollm", .split = SplitAsSmolLm},
};

}  // namespace

const PreTokenizer* FindPreTokenizer(std::string_view name) {
  for (const PreTokenizer& pre_tokenizer : kPreTokenizers) {
    if (pre_tokenizer.name == name) return &pre_tokenizer;
  }
  return nullptr;
}

std::string PreTokenizerNames() {
  std::string names;
  for (std::size_t i = 0; i < std::size(kPreTokenizers); ++i) {
    if (i > 0) names += i + 1 == std::size(kPreTokenizers) ? " or " : ", ";
    names += "'" + std::string(kPreTokenizers[i].name) + "'";
  }
  return names;
}

}  // namespace edgevlm
