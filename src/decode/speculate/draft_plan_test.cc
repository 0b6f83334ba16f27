#include "decode/speculate/draft_plan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "decode/speculate/draft.h"

namespace edgevlm {
namespace {

// A pass of n rows takes 1 + slope (n - 1).
PassCosts Costs(double first, double slope) {
  PassCosts costs;
  for (int rows = 1; rows <= PassCosts::kMaxRows; ++rows) {
    costs.Learn(rows, first + slope * (rows - 1));
  }
  return costs;
}

// The rate of a single generation, by the formula.
int BestLength(double probability, double slope, double drafting) {
  int best = 0;
  double best_rate = 1;
  for (int k = 1; k <= Draft::kMaxTokens; ++k) {
    const double tokens = (1 - std::pow(probability, k + 1)) / (1 - probability);
    const double rate = tokens / (1 + slope * k + drafting * k);
    if (rate > best_rate) {
      best = k;
      best_rate = rate;
    }
  }
  return best;
}

TEST(PlanDrafts, OneGenerationAsTheFormula) {
  for (const double probability : {0.1, 0.3, 0.5, 0.8, 0.95}) {
    for (const double slope : {0.0, 0.05, 0.3}) {
      for (const double price : {0.01, 0.1, 0.5}) {
        const PassCosts target = Costs(1, slope), drafting = Costs(price, 0);
        std::vector<DraftBudget> budgets = {
            {.probability = probability, .max_tokens = Draft::kMaxTokens}};
        PlanDrafts(budgets, 0, {.whole = target, .drafting = &drafting});
        EXPECT_EQ(budgets[0].planned, BestLength(probability, slope, price))
            << probability << " " << slope << " " << price;
      }
    }
  }
}

// The first row is verified only as in a plain step, and there is none after the last.
TEST(PlanDrafts, PartialRowsAsTheFormula) {
  for (const double probability : {0.3, 0.6, 0.8, 0.95}) {
    for (const double slope : {0.02, 0.2}) {
      constexpr double kFirstPart = 0.25;  // of all blocks
      const PassCosts whole = Costs(1, slope), drafting = Costs(kFirstPart, 0),
                      finishing = Costs(1 - kFirstPart, slope);
      int best = 0;
      double best_rate = 1;
      for (int k = 2; k <= Draft::kMaxTokens; ++k) {
        const double tokens = (1 - std::pow(probability, k)) / (1 - probability);
        const double rate = tokens / (kFirstPart * k + 1 - kFirstPart + slope * (k - 1));
        if (rate > best_rate) {
          best = k;
          best_rate = rate;
        }
      }
      std::vector<DraftBudget> budgets = {
          {.probability = probability, .max_tokens = Draft::kMaxTokens}};
      PlanDrafts(budgets, 0, {.whole = whole, .drafting = &drafting, .finishing = &finishing});
      EXPECT_EQ(budgets[0].planned, best) << probability << " " << slope;
    }
  }
}

TEST(PlanDrafts, NothingThatLoses) {
  const PassCosts target = Costs(1, 1);  // one more row costs as much as a pass
  std::vector<DraftBudget> budgets(3, {.probability = 0.9, .max_tokens = 4});
  PlanDrafts(budgets, 0, {.whole = target});
  for (const DraftBudget& budget : budgets) EXPECT_EQ(budget.planned, 0);
}

TEST(PlanDrafts, StepsOverAnExpensiveRow) {
  PassCosts target;  // two rows cost as much as four
  for (int rows = 1; rows <= PassCosts::kMaxRows; ++rows) {
    target.Learn(rows, rows == 1 ? 1 : 1.8 + 1e-6 * rows + (rows > 4 ? 10 : 0));
  }
  std::vector<DraftBudget> budgets = {{.probability = 0.75, .max_tokens = 8}};
  PlanDrafts(budgets, 0, {.whole = target});
  EXPECT_EQ(budgets[0].planned, 3);
}

TEST(PlanDrafts, WhoGuessesBetterGetsMore) {
  const PassCosts target = Costs(1, 0.06);
  std::vector<DraftBudget> budgets = {{.probability = 0.3, .max_tokens = 8},
                                      {.probability = 0.9, .max_tokens = 8},
                                      {.probability = 0.9, .max_tokens = 1}};
  PlanDrafts(budgets, 5, {.whole = target});
  EXPECT_GT(budgets[1].planned, budgets[0].planned);
  EXPECT_EQ(budgets[2].planned, 1);
}

TEST(PlanDrafts, MeasuresBeforeItPlans) {
  const PassCosts unknown, target = Costs(1, 0.1);
  std::vector<DraftBudget> budgets = {{.probability = 0.9, .max_tokens = 8}};
  PlanDrafts(budgets, 0, {.whole = unknown});
  EXPECT_EQ(budgets[0].planned, 0);
  PlanDrafts(budgets, 0, {.whole = target, .drafting = &unknown});
  EXPECT_EQ(budgets[0].planned, 2);
}

TEST(Acceptance, LearnsAndForgets) {
  std::vector<double> found;
  for (const double probability : {0.2, 0.9}) {
    Acceptance acceptance;
    for (int i = 0; i < 200; ++i) {
      acceptance.Learn(probability > 0.5 ? 9 : 1, probability > 0.5 || i % 4 != 0);
    }
    found.push_back(acceptance.probability());
    for (int i = 0; i < 3000; ++i) acceptance.Forget();
    EXPECT_NEAR(acceptance.probability(), Acceptance().probability(), 0.01);
  }
  EXPECT_LT(found[0], 0.6);
  EXPECT_GT(found[1], 0.8);
}

TEST(PassCosts, LinesBetweenWhatWasMeasured) {
  PassCosts costs;
  EXPECT_FALSE(costs.known());
  costs.Learn(2, 10);
  costs.Learn(6, 30);
  EXPECT_TRUE(costs.known());
  EXPECT_EQ(costs.Milliseconds(0), 0);
  EXPECT_EQ(costs.Milliseconds(2), 10);
  EXPECT_EQ(costs.Milliseconds(4), 20);
  EXPECT_LT(costs.Milliseconds(1), 10);
  EXPECT_GT(costs.Milliseconds(7), 30);
  EXPECT_LT(costs.Milliseconds(7), 35);
  EXPECT_GT(costs.Milliseconds(300), costs.Milliseconds(64));
  costs.Learn(1000, 5);  // too many rows for speculation
  EXPECT_GT(costs.Milliseconds(300), costs.Milliseconds(64));
}

TEST(PassTimer, RecordsAPassUnlessItIsDiscarded) {
  PassCosts costs;
  {
    PassTimer timer(&costs, 1);
    timer.Discard();
  }
  EXPECT_FALSE(costs.known());
  { const PassTimer timer(&costs, 1); }
  EXPECT_TRUE(costs.known());
}

TEST(PassCosts, FollowsTheMachine) {
  PassCosts costs;
  costs.Learn(1, 10);
  costs.Learn(1, 1000);  // something else used the processor
  EXPECT_LT(costs.Milliseconds(1), 13);
  for (int i = 0; i < 50; ++i) costs.Learn(1, 20);
  EXPECT_NEAR(costs.Milliseconds(1), 20, 0.1);
}

}  // namespace
}  // namespace edgevlm
