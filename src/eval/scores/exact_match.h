// Exact match and containment after VqaNormalize: open questions with one answer or a few
// (ActivityNet-QA, Yu et al. 2019, whose own rule is equality of the raw strings; GQA).
//
// Not comparable with figures that a language model judged.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace edgevlm {

struct ExactMatch {
  bool exact = false;      // the reply equals an answer
  bool contained = false;  // an answer's words are in the reply, side by side and in order
};

// With any of the answers. An answer without words after the normalization ("the") only matches a
// reply without words.
ExactMatch MatchAnswers(std::span<const std::string> answers, std::string_view reply);

}  // namespace edgevlm
