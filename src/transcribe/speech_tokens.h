// SpeechTokens: the tokens of a Whisper's vocabulary that structure a transcript.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

struct SpeechTokens {
  struct Language {
    std::string code;  // "en"
    int id = 0;
  };

  int start = 0;          // begins a transcript
  int end = 0;            // ends it
  int no_timestamps = 0;  // in place of times; ids from the next one on are times
  int timestamps = 0;     // how many: 0.00 s, 0.02 s, ...
  int transcribe = 0;
  int translate = 0;
  std::optional<int> no_speech = {};
  std::optional<int> previous = {};      // begins what was said before
  std::vector<Language> languages = {};  // empty: the model knows English only, and no tasks
  std::vector<int> suppressed = {};      // never in a transcript: they are not speech
  std::vector<int> not_first = {};       // nor as its first token: a blank, the end

  int first_timestamp() const { return no_timestamps + 1; }
  bool IsTimestamp(int id) const { return id >= first_timestamp(); }
  // Seconds from the start of the window. REQUIRES: IsTimestamp(id).
  double Seconds(int id) const { return (id - first_timestamp()) * kSecondsPerTimestamp; }
  // The tokens among these that are text.
  std::vector<int> TextOf(std::span<const int> ids) const;
  // The language with this code, if the model knows it.
  std::optional<int> LanguageId(std::string_view code) const;

  static constexpr double kSecondsPerTimestamp = 0.02;

  // vocabulary: rows of the model's logits. Errors: kNotFound (a token), kInvalid.
  static Result<SpeechTokens> Find(const Tokenizer& tokenizer, int vocabulary);
};

}  // namespace edgevlm
