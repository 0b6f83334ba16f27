#include "measure/experiment/plan.h"

#include <random>
#include <utility>

#include "base/check.h"
#include "measure/experiment/variables.h"

namespace edgevlm {
namespace {

// A permutation that is the same everywhere: std::shuffle's order is up to the library.
void Shuffle(std::vector<int>& values, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[rng() % i]);
}

}  // namespace

Plan::Plan(std::vector<std::vector<int>> groups, int items, int rounds, std::uint64_t seed)
    : groups_(std::move(groups)), items_(items), rounds_(rounds), seed_(seed) {
  CHECK(!groups_.empty() && items >= 1 && rounds >= 1);
  for (const std::vector<int>& group : groups_) {
    CHECK(!group.empty());
    size_ += static_cast<std::int64_t>(group.size()) * items * rounds;
  }
}

PlannedSample Plan::At(std::int64_t index) const {
  CHECK(index >= 0 && index < size_);
  PlannedSample sample;
  std::int64_t within = index;
  for (const std::vector<int>& group : groups_) {
    const std::int64_t samples = static_cast<std::int64_t>(group.size()) * items_ * rounds_;
    if (within < samples) break;
    within -= samples;
    ++sample.group;
  }
  std::vector<int> order = groups_[static_cast<std::size_t>(sample.group)];
  const auto conditions = static_cast<std::int64_t>(order.size());
  const std::int64_t visit = within / conditions;  // of an item
  sample.round = static_cast<int>(visit / items_);
  sample.item = static_cast<int>(visit % items_);
  const auto group = static_cast<std::uint64_t>(sample.group);
  Shuffle(order, seed_ ^ (group << 40) ^ static_cast<std::uint64_t>(visit));
  sample.condition = order[static_cast<std::size_t>(within % conditions)];
  return sample;
}

std::vector<std::vector<int>> GroupByEngine(const std::vector<Condition>& conditions) {
  std::vector<std::vector<int>> groups;
  std::vector<Condition> engines;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition engine = EngineCondition(conditions[i]);
    std::size_t group = 0;
    while (group < engines.size() && engines[group] != engine) ++group;
    if (group == engines.size()) {
      engines.push_back(engine);
      groups.emplace_back();
    }
    groups[group].push_back(static_cast<int>(i));
  }
  return groups;
}

}  // namespace edgevlm
