#include "eval/score.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace edgevlm {
namespace {

double Ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void QuestionScore::Add(const QuestionScore& other) {
  asked += other.asked;
  right += other.right;
}

double QuestionScore::Accuracy() const { return Ratio(right, asked); }

void FactScore::Add(const Facts& stated_facts, const Facts& labeled_facts) {
  stated += static_cast<std::int64_t>(stated_facts.size());
  labeled += static_cast<std::int64_t>(labeled_facts.size());
  true_ones += std::count_if(stated_facts.begin(), stated_facts.end(),
                             [&](const auto& fact) { return labeled_facts.contains(fact); });
}

void FactScore::Add(const FactScore& other) {
  stated += other.stated;
  true_ones += other.true_ones;
  labeled += other.labeled;
}

double FactScore::Precision() const { return Ratio(true_ones, stated); }
double FactScore::Recall() const { return Ratio(true_ones, labeled); }
double FactScore::F1() const { return Ratio(2 * true_ones, stated + labeled); }

void LikelihoodScore::Add(const LikelihoodScore& other) {
  tokens += other.tokens;
  log_probability += other.log_probability;
}

double LikelihoodScore::Perplexity() const {
  return tokens == 0 ? 0.0 : std::exp(-log_probability / static_cast<double>(tokens));
}

void DepthScore::Add(const DepthScore& other) {
  tokens += other.tokens;
  early += other.early;
  blocks += other.blocks;
}

double DepthScore::EarlyFraction() const { return Ratio(early, tokens); }

double DepthScore::BlocksPerToken() const { return Ratio(blocks, tokens); }

void CalibrationScore::Add(double probability, bool right) {
  const int bin = std::clamp(static_cast<int>(probability * kBins), 0, kBins - 1);
  Bin& into = bins_[static_cast<std::size_t>(bin)];
  ++into.answers;
  into.right += right ? 1 : 0;
  into.probability += probability;
}

void CalibrationScore::Add(const CalibrationScore& other) {
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    bins_[i].answers += other.bins_[i].answers;
    bins_[i].right += other.bins_[i].right;
    bins_[i].probability += other.bins_[i].probability;
  }
}

int CalibrationScore::answers() const {
  int sum = 0;
  for (const Bin& bin : bins_) sum += bin.answers;
  return sum;
}

double CalibrationScore::Error() const {
  double gap = 0;
  for (const Bin& bin : bins_) gap += std::fabs(bin.right - bin.probability);
  return gap / std::max(answers(), 1);
}

void Score::Add(const Score& other) {
  for (const auto& [kind, score] : other.questions) questions[kind].Add(score);
  facts.Add(other.facts);
  names.Add(other.names);
  likelihood.Add(other.likelihood);
  depth.Add(other.depth);
  calibration.Add(other.calibration);
}

QuestionScore Score::AllQuestions() const {
  QuestionScore all;
  for (const auto& [kind, score] : questions) all.Add(score);
  return all;
}

}  // namespace edgevlm
