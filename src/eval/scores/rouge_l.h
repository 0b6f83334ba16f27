// ROUGE-L of one caption (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"), by
// the rule of pycocoevalcap.
//
//   P = max over references of LCS / candidate tokens    R = max of LCS / reference tokens
//   F = (1 + b^2) P R / (R + b^2 P), b = 1.2; 0 if P or R is 0
//
// The maxima may come from two references. A set's score is the mean.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace edgevlm {

// Cost: O(candidate * reference tokens) for each reference, O(reference tokens) memory.
double RougeL(std::span<const std::string> candidate,
              std::span<const std::vector<std::string>> references);

}  // namespace edgevlm
