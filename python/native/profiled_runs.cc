#include "native/profiled_runs.h"

#include <utility>

#include "native/gil.h"
#include "native/option_value.h"

namespace edgevlm::python {

void MergedProfile::MeasureLimits(const LoadedEngine& engine) {
  const Engine& measured = engine.engine();
  profile_.machine.limits = WithoutGil([&] { return measured.MeasureLimits(); });
}

py::str MergedProfile::Table(const py::object& layers, const py::object& depth) const {
  const ProfileTableOptions options = {
      .unfolds_layers = OptionValue("layers", layers).Flag(),
      .depth = static_cast<int>(OptionValue("depth", depth).Integer(1, INT32_MAX))};
  return ToStr(ProfileTable(profile_, options));
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
