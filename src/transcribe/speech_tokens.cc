#include "transcribe/speech_tokens.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace edgevlm {
namespace {

// Models with a token less than the others have no use for languages.
constexpr int kEnglishOnlyVocabulary = 51'864;

constexpr int kMaxTimestamps = 1501;  // 0 to 30 s

// What people write to describe sounds, in place of what is said.
constexpr std::string_view kSymbols[] = {
    "\"",  "#",  "(",  ")",   "*",   "+",   "/",   ":",  ";",   "<",  "=",  ">",
    "@",   "[",  "\\", "]",   "^",   "_",   "`",   "{",  "|",   "}",  "~",  "「",
    "」",  "『", "』", "<<",  ">>",  "<<<", ">>>", "--", "---", "-(", "-[", "('",
    "(\"", "((", "))", "(((", ")))", "[[",  "]]",  "{{", "}}",  "♪♪", "♪♪♪"};
// Of these, the first of several tokens too.
constexpr std::string_view kNotes[] = {"♩", "♪", "♫", "♬", "♭", "♮", "♯"};

// Words may hold these, but none may begin with them.
constexpr std::string_view kWordStarts[] = {" -", " '"};

std::vector<int> NonSpeech(const Tokenizer& tokenizer) {
  std::vector<int> ids;
  const auto add = [&](std::string_view text, bool may_be_longer) {
    const std::vector<int> tokens = tokenizer.Encode(text);
    if (tokens.size() == 1 || (may_be_longer && !tokens.empty())) ids.push_back(tokens.front());
  };
  for (const std::string_view symbol : kSymbols) {
    add(symbol, false);
    add(" " + std::string(symbol), false);
  }
  for (const std::string_view note : kNotes) {
    add(note, true);
    add(" " + std::string(note), true);
  }
  for (const std::string_view start : kWordStarts) add(start, true);
  return ids;
}

// "<|en|>" is the language "en".
std::optional<std::string> CodeOf(std::string_view name) {
  if (!name.starts_with("<|") || !name.ends_with("|>")) return std::nullopt;
  name = name.substr(2, name.size() - 4);
  const bool is_code = (name.size() == 2 || name.size() == 3) &&
                       std::ranges::all_of(name, [](char c) { return 'a' <= c && c <= 'z'; });
  if (!is_code) return std::nullopt;
  return std::string(name);
}

}  // namespace

std::vector<int> SpeechTokens::TextOf(std::span<const int> ids) const {
  std::vector<int> text;
  std::ranges::copy_if(ids, std::back_inserter(text), [&](int id) { return id < end; });
  return text;
}

std::optional<int> SpeechTokens::LanguageId(std::string_view code) const {
  const auto found = std::ranges::find(languages, code, &Language::code);
  if (found == languages.end()) return std::nullopt;
  return found->id;
}

Result<SpeechTokens> SpeechTokens::Find(const Tokenizer& tokenizer, int vocabulary) {
  SpeechTokens tokens;
  const std::pair<std::string_view, int*> kNeeded[] = {
      {"<|startoftranscript|>", &tokens.start},    {"<|endoftext|>", &tokens.end},
      {"<|transcribe|>", &tokens.transcribe},      {"<|translate|>", &tokens.translate},
      {"<|notimestamps|>", &tokens.no_timestamps},
  };
  for (const auto& [name, id] : kNeeded) {
    const std::optional<int> found = tokenizer.Special(name);
    if (!found) {
      return Error{ErrorCode::kNotFound,
                   "tokenizer: expected a token " + std::string(name) + ", found none"};
    }
    *id = *found;
  }
  tokens.timestamps = std::min(kMaxTimestamps, vocabulary - tokens.first_timestamp());
  if (tokens.timestamps < 1) {
    return Error{ErrorCode::kInvalid, "tokenizer: expected times from token " +
                                          std::to_string(tokens.first_timestamp()) + " on, found " +
                                          std::to_string(vocabulary) + " tokens"};
  }
  for (const std::string_view name : {"<|nospeech|>", "<|nocaptions|>"}) {
    if (const auto id = tokenizer.Special(name)) tokens.no_speech = id;
  }
  tokens.previous = tokenizer.Special("<|startofprev|>");
  tokens.suppressed = NonSpeech(tokenizer);
  tokens.suppressed.insert(tokens.suppressed.end(), {tokens.start, tokens.transcribe,
                                                     tokens.translate, tokens.no_timestamps});
  for (const auto& id : {tokens.previous, tokens.no_speech, tokenizer.Special("<|startoflm|>")}) {
    if (id) tokens.suppressed.push_back(*id);
  }
  for (int id = tokens.start + 1; vocabulary != kEnglishOnlyVocabulary; ++id) {
    const auto code = CodeOf(tokenizer.SpecialName(id));
    if (!code || id >= vocabulary) break;
    tokens.languages.push_back({*code, id});
  }
  tokens.not_first = tokenizer.Encode(" ");
  tokens.not_first.push_back(tokens.end);
  for (const std::vector<int>* ids : {&tokens.suppressed, &tokens.not_first}) {
    if (std::ranges::any_of(*ids, [&](int id) { return id >= vocabulary; })) {
      return Error{ErrorCode::kInvalid, "tokenizer: expected ids below " +
                                            std::to_string(vocabulary) + ", found another"};
    }
  }
  return tokens;
}

}  // namespace edgevlm
