// ProfiledRuns: the profiled requests of an engine's sessions.
#pragma once

#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "native/errors.h"
#include "native/loaded_engine.h"

namespace edgevlm::python {

// Several runs as one profile.
class MergedProfile {
 public:
  explicit MergedProfile(Profile profile) : profile_(std::move(profile)) {}

  // Engine::MeasureLimits, without the GIL.
  void MeasureLimits(const LoadedEngine& engine);

  py::str Json() const { return ToStr(ProfileJson(profile_)); }
  // layers: a bool, whether each has a line; depth: of the tree, at least 1.
  py::str Table(const py::object& layers, const py::object& depth) const;
  py::str Trace() const { return ToStr(ProfileTrace(profile_)); }
  py::str Html() const { return ToStr(ProfileHtml(profile_)); }

 private:
  Profile profile_;
};

// Sessions hold on to it. Threads: any, with the GIL.
class ProfiledRuns {
 public:
  // Dropped after Stop. image: the name of the run's image.
  void Add(Profile run, const std::string& image);
  void Stop() { is_stopped_ = true; }
  int count() const { return static_cast<int>(runs_.size()); }

  // Raises InvalidError if there are none.
  MergedProfile Merge() const;

 private:
  std::vector<Profile> runs_;
  bool is_stopped_ = false;
};

}  // namespace edgevlm::python
