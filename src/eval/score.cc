#include "eval/score.h"

#include <algorithm>
#include <cmath>

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

void Score::Add(const Score& other) {
  for (const auto& [kind, score] : other.questions) questions[kind].Add(score);
  facts.Add(other.facts);
  likelihood.Add(other.likelihood);
  depth.Add(other.depth);
}

QuestionScore Score::AllQuestions() const {
  QuestionScore all;
  for (const auto& [kind, score] : questions) all.Add(score);
  return all;
}

}  // namespace edgevlm
