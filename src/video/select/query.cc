#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "video/select/frame_selector.h"

namespace edgevlm {
namespace {

class QuerySelector final : public FrameSelector {
 public:
  bool needs_facts() const override { return true; }
  bool needs_fits() const override { return true; }

  std::vector<double> Choose(const SelectionTask& task) const override {
    CHECK(!task.facts.empty() && task.fits.size() == task.facts.size());
    std::vector<std::size_t> best(task.facts.size());
    std::iota(best.begin(), best.end(), std::size_t{0});
    // Of equals, the earlier ones.
    std::ranges::stable_sort(
        best, [&](std::size_t a, std::size_t b) { return task.fits[a] > task.fits[b]; });
    best.resize(std::min(best.size(), static_cast<std::size_t>(task.count)));
    std::ranges::sort(best);
    std::vector<double> times;
    for (const std::size_t i : best) times.push_back(task.facts[i].seconds);
    return times;
  }
};

}  // namespace

std::unique_ptr<const FrameSelector> MakeQuerySelector() {
  return std::make_unique<QuerySelector>();
}

}  // namespace edgevlm
