// FrameSelector: chooses the times at which a video is looked at.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "video/select/frame_facts.h"

namespace edgevlm {

struct SelectionTask {
  double from_seconds = 0;
  double to_seconds = 0;  // not before from_seconds
  int count = 1;          // frames at most, at least 1
  // In ascending order, from from_seconds to to_seconds; empty if not needed.
  std::span<const FrameFacts> facts = {};
  // How well each frame of the facts fits the question; empty if not needed.
  std::span<const float> fits = {};
};

// Deterministic. Threads: const methods from any number of threads.
class FrameSelector {
 public:
  virtual ~FrameSelector() = default;

  // Whether the task must have facts: of frames that are decoded for them alone.
  virtual bool needs_facts() const { return false; }
  // Whether it chooses among frames that a model has compared with the question.
  virtual bool needs_fits() const { return false; }

  // Ascending, all different; at least one, at most task.count.
  // REQUIRES: facts and fits, if it needs some.
  virtual std::vector<double> Choose(const SelectionTask& task) const = 0;
};

// Evenly spread: in the middle of count parts of equal length.
std::unique_ptr<const FrameSelector> MakeUniformSelector();
// So many frames per second; evenly spread if there are too many.
std::unique_ptr<const FrameSelector> MakeRateSelector(double frames_per_second);
// One sharp frame of each shot. The shots end where colors and blocks change much more than they
// mostly do; the longest are divided while there are fewer than count, and the least distinct cuts
// are forgotten while there are more.
std::unique_ptr<const FrameSelector> MakeSceneSelector();
// More frames where more changes, after the sum of the changes so far (Liu et al. 2025, "BOLT",
// sums scores likewise).
std::unique_ptr<const FrameSelector> MakeMotionSelector();

// Those that fit the question best.
std::unique_ptr<const FrameSelector> MakeQuerySelector();

// A selector as users name it.
struct SelectorChoice {
  std::string name = "auto";
  int count = 0;                 // frames; 0: as many as the budget allows
  double frames_per_second = 0;  // of fps:X
};

// "auto", "uniform:8", "fps:0.5", "scene", "motion:4"; the number may be left out, but that of fps.
// Errors: kInvalid, lists the forms.
Result<SelectorChoice> ParseSelector(std::string_view text);

// All forms, for help: "auto|uniform[:N]|fps:X|...".
std::string SelectorForms();

// What auto means for this task: whether frames lie so close that nothing can be missed between
// them (1 s), or are many enough (32), is all that it takes to spread them evenly; else scenes.
const char* AutoSelector(double seconds, int count);

// REQUIRES: a choice of ParseSelector, not auto.
std::unique_ptr<const FrameSelector> MakeSelector(const SelectorChoice& choice);

}  // namespace edgevlm
