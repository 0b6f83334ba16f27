#include <algorithm>
#include <numeric>
#include <set>

#include "base/check.h"
#include "video/select/frame_selector.h"

namespace edgevlm {
namespace {

// Noise and compression change blocks this much.
constexpr double kNoise = 0.01;
// Of all frames, those that are spread by time alone: a still part is looked at too.
constexpr double kShareOfTime = 0.25;

// sums[i]: what has happened up to frame i, of 1 in all. Ascends strictly.
std::vector<double> SumsOf(std::span<const FrameFacts> facts) {
  std::vector<double> moved = {0};
  for (std::size_t i = 1; i < facts.size(); ++i) {
    const double change = std::max(0.0, MeanBlockChange(facts[i - 1], facts[i]) - kNoise) +
                          std::max(0.0, LargestBlockChange(facts[i - 1], facts[i]) - kNoise);
    moved.push_back(moved.back() + change);
  }
  const double all = moved.back();
  const double still_share = all > 0 ? kShareOfTime : 1;
  const auto last = static_cast<double>(facts.size() - 1);
  std::vector<double> sums;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const double by_motion = all > 0 ? moved[i] / all : 0;
    sums.push_back((1 - still_share) * by_motion + still_share * static_cast<double>(i) / last);
  }
  return sums;
}

// The frame in the middle, by the sums, of the widest gap between chosen ones.
std::size_t MiddleOfWidestGap(const std::vector<double>& sums,
                              const std::set<std::size_t>& chosen) {
  double widest = -1;
  std::size_t middle = 0;
  for (auto at = chosen.begin(), next = std::next(at); next != chosen.end(); ++at, ++next) {
    if (*next - *at < 2 || sums[*next] - sums[*at] <= widest) continue;
    widest = sums[*next] - sums[*at];
    const double half = (sums[*next] + sums[*at]) / 2;
    const auto found =
        std::lower_bound(sums.begin() + static_cast<std::ptrdiff_t>(*at + 1),
                         sums.begin() + static_cast<std::ptrdiff_t>(*next - 1), half);
    middle = static_cast<std::size_t>(found - sums.begin());
  }
  return middle;
}

class MotionSelector final : public FrameSelector {
 public:
  bool needs_facts() const override { return true; }

  std::vector<double> Choose(const SelectionTask& task) const override {
    CHECK(!task.facts.empty());
    const std::size_t count = std::min(static_cast<std::size_t>(task.count), task.facts.size());
    if (task.facts.size() == 1) return {task.facts.front().seconds};
    const std::vector<double> sums = SumsOf(task.facts);
    std::set<std::size_t> chosen;
    for (std::size_t i = 0; i < count; ++i) {
      const double quantile = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
      const auto found = std::ranges::lower_bound(sums, quantile);
      const auto frame = std::min(static_cast<std::size_t>(found - sums.begin()), sums.size() - 1);
      // Of a sudden change, which holds several quantiles, also what was before it.
      if (!chosen.insert(frame).second && frame > 0) chosen.insert(frame - 1);
    }
    while (chosen.size() < count) AddToWidestGap(sums, chosen);
    std::vector<double> times;
    for (const std::size_t frame : chosen) times.push_back(task.facts[frame].seconds);
    return times;
  }

 private:
  // Gaps reach from the first frame to the last.
  static void AddToWidestGap(const std::vector<double>& sums, std::set<std::size_t>& chosen) {
    std::set<std::size_t> bounds = chosen;
    bounds.insert({0, sums.size() - 1});
    const std::size_t middle = MiddleOfWidestGap(sums, bounds);
    const bool is_new = !bounds.contains(middle);
    // Without a gap the ends are all that is left.
    chosen.insert(is_new ? middle : chosen.contains(0) ? sums.size() - 1 : 0);
  }
};

}  // namespace

std::unique_ptr<const FrameSelector> MakeMotionSelector() {
  return std::make_unique<MotionSelector>();
}

}  // namespace edgevlm
