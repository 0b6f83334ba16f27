#include "eval/scores/rouge_l.h"

#include <algorithm>

namespace edgevlm {
namespace {

// The length of the longest common subsequence.
int LongestCommon(std::span<const std::string> a, std::span<const std::string> b) {
  std::vector<int> row(b.size() + 1);  // row[j]: of a's words so far and the first j words of b
  for (const std::string& word : a) {
    int diagonal = 0;  // row[j - 1] before this word
    for (std::size_t j = 1; j < row.size(); ++j) {
      const int above = row[j];
      row[j] = word == b[j - 1] ? diagonal + 1 : std::max(above, row[j - 1]);
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

double RougeL(std::span<const std::string> candidate,
              std::span<const std::vector<std::string>> references) {
  constexpr double kBetaSquared = 1.2 * 1.2;
  double precision = 0;
  double recall = 0;
  for (const std::vector<std::string>& reference : references) {
    const double common = LongestCommon(candidate, reference);
    if (common == 0) continue;
    precision = std::max(precision, common / static_cast<double>(candidate.size()));
    recall = std::max(recall, common / static_cast<double>(reference.size()));
  }
  if (precision == 0 || recall == 0) return 0;
  return (1 + kBetaSquared) * precision * recall / (recall + kBetaSquared * precision);
}

}  // namespace edgevlm
