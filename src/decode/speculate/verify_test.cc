// Sampling through drafts has the distribution of direct sampling: a million draws of each kind.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "decode/sampler.h"

namespace edgevlm {
namespace {

constexpr int kVocabulary = 5;
constexpr int kTokens = 3;                          // of a text: compares their joint distribution
constexpr int kCells = 125;                         // kVocabulary ^ kTokens
constexpr int kMillionDraws = 1'000'000 / kTokens;  // texts

using Histogram = std::vector<double>;
// The logits of a model after a token (-1: at the start).
using Model = std::vector<std::vector<float>>;

Model RandomModel(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> logit(0, 1.2f);
  Model model(kVocabulary + 1, std::vector<float>(kVocabulary));
  for (std::vector<float>& row : model) {
    for (float& value : row) value = logit(random);
  }
  return model;
}

std::span<const float> After(const Model& model, int token) {
  return model[static_cast<std::size_t>(token + 1)];
}

// A text's cell in a histogram.
std::size_t CellOf(const std::vector<int>& text) {
  std::size_t cell = 0;
  for (int i = 0; i < kTokens; ++i) {
    cell = cell * kVocabulary + static_cast<std::size_t>(text[static_cast<std::size_t>(i)]);
  }
  return cell;
}

int Last(const std::vector<int>& text) { return text.empty() ? -1 : text.back(); }

void GenerateDirectly(const Model& model, Sampler& sampler, std::vector<int>& text) {
  text.push_back(sampler.Choose(After(model, Last(text))));
}

// One round: a draft of two tokens is verified; one more token if both are right.
void GenerateByDraft(const Model& model, const Model& drafter, Sampler& sampler,
                     std::vector<int>& text) {
  constexpr int kDraft = 2;
  std::vector<int> draft;
  std::vector<std::vector<float>> probabilities(kDraft, std::vector<float>(kVocabulary));
  int last = Last(text);
  for (std::vector<float>& row : probabilities) {
    last = sampler.Draft(After(drafter, last), row);
    draft.push_back(last);
  }
  sampler.ForgetDraft();
  for (std::size_t i = 0; i < kDraft; ++i) {
    text.push_back(sampler.Verify(After(model, Last(text)), draft[i], probabilities[i]));
    if (text.back() != draft[i]) return;
  }
  GenerateDirectly(model, sampler, text);
}

bool HasPenalty(const DecodeOptions& options) {
  return options.repetition_penalty != 1 || options.presence_penalty != 0 ||
         options.frequency_penalty != 0;
}

// With a penalty each text needs a new sampler, whose construction takes longer than the draws.
int TextsOf(const DecodeOptions& options) {
  return HasPenalty(options) ? kMillionDraws / 10 : kMillionDraws;
}

Histogram Texts(const DecodeOptions& options,
                const std::function<void(Sampler&, std::vector<int>&)>& say) {
  Histogram histogram(kCells);
  DecodeOptions seeded = options;
  std::optional<Sampler> sampler;
  std::vector<int> text;
  for (int i = 0; i < TextsOf(options); ++i) {
    if (!sampler || HasPenalty(options)) {
      ++*seeded.seed;
      sampler.emplace(seeded, kVocabulary);
    }
    text.clear();
    while (std::ssize(text) < kTokens) say(*sampler, text);
    ++histogram[CellOf(text)];
  }
  return histogram;
}

// Of two samples of the same size: far above the number of cells, they differ. Its standard
// deviation is the square root of twice that.
double ChiSquare(const Histogram& a, const Histogram& b, int& cells) {
  double sum = 0;
  cells = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] + b[i] == 0) continue;
    sum += (a[i] - b[i]) * (a[i] - b[i]) / (a[i] + b[i]);
    ++cells;
  }
  return sum;
}

bool Same(const Histogram& a, const Histogram& b) {
  int cells = 0;
  const double chi_square = ChiSquare(a, b, cells);
  const double freedom = cells - 1;
  return chi_square < freedom + 5 * std::sqrt(2 * freedom);
}

TEST(Verify, AMillionDrawsHaveTheSameDistribution) {
  const Model model = RandomModel(1), drafter = RandomModel(2);
  const DecodeOptions all_options[] = {
      {.temperature = 1},
      {.repetition_penalty = 1.7f, .temperature = 0.8f},
      {.presence_penalty = 0.6f, .frequency_penalty = 0.7f, .temperature = 1},
      {.frequency_penalty = -1.0f, .penalty_window = 1, .temperature = 1.2f, .top_k = 4},
      {.temperature = 1.3f, .top_k = 3},
      {.repetition_penalty = 1.3f, .temperature = 1.1f, .top_p = 0.8f, .min_p = 0.1f},
  };
  std::uint64_t seed = 1000;
  for (DecodeOptions options : all_options) {
    options.seed = seed += 1'000'000;
    const Histogram direct = Texts(
        options, [&](Sampler& sampler, auto& text) { GenerateDirectly(model, sampler, text); });
    options.seed = seed += 1'000'000;
    const Histogram drafted = Texts(options, [&](Sampler& sampler, auto& text) {
      GenerateByDraft(model, drafter, sampler, text);
    });
    EXPECT_TRUE(Same(direct, drafted))
        << "temperature " << options.temperature << ", penalties " << options.repetition_penalty
        << ' ' << options.presence_penalty << ' ' << options.frequency_penalty;
    EXPECT_FALSE(
        Same(direct, Texts(options, [&](Sampler& sampler,
                                        auto& text) { GenerateDirectly(drafter, sampler, text); })))
        << "the test sees no difference where there is one";
  }
}

TEST(Verify, ADraftFromTheSameDistributionIsAlwaysAccepted) {
  const Model model = RandomModel(3);
  Sampler sampler({.temperature = 1, .seed = 5}, kVocabulary);
  std::vector<float> probabilities(kVocabulary);
  for (int i = 0; i < 10'000; ++i) {
    const int drafted = sampler.Draft(model[0], probabilities);
    sampler.ForgetDraft();
    EXPECT_EQ(sampler.Verify(model[0], drafted, probabilities), drafted);
  }
}

// The probability is 1 - the total variation distance (Leviathan et al. 2023, theorem 3.5).
TEST(Verify, AcceptsAsOftenAsCanBe) {
  const std::vector<float> p_logits = {std::log(0.5f), std::log(0.3f), std::log(0.2f)};
  const std::vector<float> q_logits = {std::log(0.2f), std::log(0.3f), std::log(0.5f)};
  Sampler sampler({.temperature = 1, .seed = 6}, 3);
  std::vector<float> probabilities(3);
  constexpr int kRounds = 100'000;
  int accepted = 0;
  for (int i = 0; i < kRounds; ++i) {
    const int drafted = sampler.Draft(q_logits, probabilities);
    sampler.ForgetDraft();
    if (sampler.Verify(p_logits, drafted, probabilities) == drafted) ++accepted;
  }
  // Five standard deviations.
  EXPECT_NEAR(accepted, 0.7 * kRounds, 5 * std::sqrt(0.7 * 0.3 * kRounds));
}

TEST(Verify, ACertainDraftChangesNoDraw) {
  const Model model = RandomModel(4);
  Sampler plain({.temperature = 1, .seed = 7}, kVocabulary);
  Sampler checked({.temperature = 1, .seed = 7}, kVocabulary);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(plain.Choose(model[0]), checked.Verify(model[0], i % kVocabulary, {}));
  }
}

TEST(Verify, DraftsAreForgotten) {
  const std::vector<float> logits = {4, 3, -1};
  Sampler sampler({.repetition_penalty = 2}, 3);
  EXPECT_EQ(sampler.Draft(logits, {}), 0);
  EXPECT_EQ(sampler.Draft(logits, {}), 1) << "the penalty counts within a draft";
  sampler.ForgetDraft();
  EXPECT_EQ(sampler.Choose(logits), 0);
  EXPECT_EQ(sampler.Draft(logits, {}), 1);
  sampler.ForgetDraft();
  EXPECT_EQ(sampler.Choose(logits), 1) << "what was chosen is not forgotten with a draft";
}

}  // namespace
}  // namespace edgevlm
