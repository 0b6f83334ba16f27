// Plan: the order in which an experiment takes its samples.
#pragma once

#include <cstdint>
#include <vector>

#include "measure/experiment/condition.h"

namespace edgevlm {

// Where a sample stands: which item under which condition, and for the how manyth time.
struct PlannedSample {
  int group = 0;      // of conditions that are measured side by side
  int round = 0;      // repetition
  int item = 0;       // index
  int condition = 0;  // index
};

// Groups one after the other; in each, rounds; in each of these, items; of each item, the
// conditions of the group in a random order that is new each time, so that what drifts (heat, other
// programs) does not favor one. The order depends on the seed only, so that an interrupted
// experiment goes on where it was.
class Plan {
 public:
  // groups: indices of conditions. REQUIRES: at least one group, none of them empty; items and
  // rounds at least 1.
  Plan(std::vector<std::vector<int>> groups, int items, int rounds, std::uint64_t seed);

  std::int64_t size() const { return size_; }
  // REQUIRES: 0 <= index < size(). Cost: proportional to the group's conditions.
  PlannedSample At(std::int64_t index) const;

 private:
  std::vector<std::vector<int>> groups_;
  int items_;
  int rounds_;
  std::uint64_t seed_;
  std::int64_t size_ = 0;
};

// Conditions that choose the same engine, as groups, in the order of their first ones.
std::vector<std::vector<int>> GroupByEngine(const std::vector<Condition>& conditions);

}  // namespace edgevlm
