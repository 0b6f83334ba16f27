#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "video/select/frame_selector.h"

namespace edgevlm {
namespace {

// A cut changes this much of a frame at least, and so many times what its neighbors mostly do.
constexpr double kLeastCut = 0.02;
constexpr double kTimesMedian = 4;
// Of a shot's length, at either end: blends and blurred motion of the cut.
constexpr double kEndShare = 0.1;

// Frames of one shot or of a part of it: [first, last].
struct Shot {
  std::size_t first = 0;
  std::size_t last = 0;
};

// changes[i]: from frame i to frame i + 1.
std::vector<double> Changes(std::span<const FrameFacts> facts) {
  std::vector<double> changes;
  for (std::size_t i = 0; i + 1 < facts.size(); ++i) {
    changes.push_back(HistogramChange(facts[i], facts[i + 1]) +
                      MeanBlockChange(facts[i], facts[i + 1]));
  }
  return changes;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The frames after which a shot ends, in ascending order: at most so many, the most distinct ones.
std::vector<std::size_t> FindCuts(std::span<const FrameFacts> facts, std::size_t most) {
  const std::vector<double> changes = Changes(facts);
  if (changes.empty()) return {};
  const double least = std::max(kLeastCut, kTimesMedian * Median(changes));
  std::vector<std::size_t> cuts;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i] >= least) cuts.push_back(i);
  }
  std::ranges::stable_sort(cuts,
                           [&](std::size_t a, std::size_t b) { return changes[a] > changes[b]; });
  cuts.resize(std::min(cuts.size(), most));
  std::ranges::sort(cuts);
  return cuts;
}

std::vector<Shot> ShotsBetween(const std::vector<std::size_t>& cuts, std::size_t frames) {
  std::vector<Shot> shots;
  std::size_t first = 0;
  for (const std::size_t cut : cuts) {
    shots.push_back({first, cut});
    first = cut + 1;
  }
  shots.push_back({first, frames - 1});
  return shots;
}

// How many parts each shot is divided into: of so many in all, always the one with the longest.
std::vector<std::size_t> PartsOf(const std::vector<Shot>& shots, std::size_t count) {
  std::vector<std::size_t> parts(shots.size(), 1);
  for (std::size_t i = shots.size(); i < count; ++i) {
    std::size_t longest = 0;
    double length = 1;  // a frame cannot be divided
    for (std::size_t shot = 0; shot < shots.size(); ++shot) {
      const auto frames = static_cast<double>(shots[shot].last - shots[shot].first + 1);
      if (frames / static_cast<double>(parts[shot]) <= length) continue;
      length = frames / static_cast<double>(parts[shot]);
      longest = shot;
    }
    if (length <= 1) break;
    ++parts[longest];
  }
  return parts;
}

// The sharpest frame away from the ends; of equals the one nearest the middle.
double SharpestTime(std::span<const FrameFacts> facts, const Shot& shot) {
  const auto frames = static_cast<double>(shot.last - shot.first);
  const auto margin = static_cast<std::size_t>(kEndShare * frames + 0.5);
  const std::size_t middle = (shot.first + shot.last) / 2;
  std::size_t best = middle;
  for (std::size_t i = shot.first + margin; i + margin <= shot.last; ++i) {
    const auto distance = [&](std::size_t frame) {
      return frame > middle ? frame - middle : middle - frame;
    };
    const bool is_sharper = facts[i].sharpness > facts[best].sharpness;
    const bool is_as_sharp = facts[i].sharpness == facts[best].sharpness;
    if (is_sharper || (is_as_sharp && distance(i) < distance(best))) best = i;
  }
  return facts[best].seconds;
}

class SceneSelector final : public FrameSelector {
 public:
  bool needs_facts() const override { return true; }

  std::vector<double> Choose(const SelectionTask& task) const override {
    CHECK(!task.facts.empty());
    const auto count = std::min(static_cast<std::size_t>(task.count), task.facts.size());
    const std::vector<Shot> shots =
        ShotsBetween(FindCuts(task.facts, count - 1), task.facts.size());
    const std::vector<std::size_t> parts = PartsOf(shots, count);
    std::vector<double> times;
    for (std::size_t shot = 0; shot < shots.size(); ++shot) {
      const std::size_t frames = shots[shot].last - shots[shot].first + 1;
      for (std::size_t part = 0; part < parts[shot]; ++part) {
        const Shot own = {shots[shot].first + part * frames / parts[shot],
                          shots[shot].first + (part + 1) * frames / parts[shot] - 1};
        times.push_back(SharpestTime(task.facts, own));
      }
    }
    return times;
  }
};

}  // namespace

std::unique_ptr<const FrameSelector> MakeSceneSelector() {
  return std::make_unique<SceneSelector>();
}

}  // namespace edgevlm
