#include <algorithm>
#include <cmath>

#include "video/select/frame_selector.h"

namespace edgevlm {
namespace {

std::vector<double> Spread(const SelectionTask& task, int count) {
  std::vector<double> times;
  const double length = task.to_seconds - task.from_seconds;
  for (int i = 0; i < count; ++i) {
    const double time = task.from_seconds + (i + 0.5) * length / count;
    if (times.empty() || time > times.back()) times.push_back(time);
  }
  return times;
}

class UniformSelector final : public FrameSelector {
 public:
  std::vector<double> Choose(const SelectionTask& task) const override {
    return Spread(task, task.count);
  }
};

class RateSelector final : public FrameSelector {
 public:
  explicit RateSelector(double frames_per_second) : frames_per_second_(frames_per_second) {}

  std::vector<double> Choose(const SelectionTask& task) const override {
    const double length = task.to_seconds - task.from_seconds;
    const double wanted = std::floor(length * frames_per_second_) + 1;
    if (wanted > task.count) return Spread(task, task.count);
    std::vector<double> times;
    for (int i = 0; i < static_cast<int>(wanted); ++i) {
      times.push_back(task.from_seconds + i / frames_per_second_);
    }
    return times;
  }

 private:
  double frames_per_second_;
};

}  // namespace

std::unique_ptr<const FrameSelector> MakeUniformSelector() {
  return std::make_unique<UniformSelector>();
}

std::unique_ptr<const FrameSelector> MakeRateSelector(double frames_per_second) {
  return std::make_unique<RateSelector>(frames_per_second);
}

}  // namespace edgevlm
