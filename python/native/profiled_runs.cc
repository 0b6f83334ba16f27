#include "native/profiled_runs.h"

#include <utility>

#include "native/gil.h"

namespace edgevlm::python {

void MergedProfile::MeasureLimits(const LoadedEngine& engine) {
  const Engine& measured = engine.engine();
  profile_.machine.limits = WithoutGil([&] { return measured.MeasureLimits(); });
}

py::str MergedProfile::Table(bool unfolds_layers, int depth) const {
  return ToStr(ProfileTable(profile_, {.unfolds_layers = unfolds_layers, .depth = depth}));
}

void ProfiledRuns::Add(Profile run, const std::string& image) {
  if (is_stopped_) return;
  if (!image.empty()) run.request.images = {image};
  runs_.push_back(std::move(run));
}

MergedProfile ProfiledRuns::Merge() const {
  if (runs_.empty()) Raise("InvalidError", "profile: expected at least one run, found none");
  return MergedProfile(MergeRuns(runs_));
}

}  // namespace edgevlm::python
