// SamplesFile: the file to which an experiment appends its samples, and from which it goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "base/line_file.h"
#include "base/result.h"
#include "measure/experiment/sample.h"

namespace edgevlm {

// Every sample is a line that is written at once, in the order of the plan, so that a process that
// is killed at any moment loses at most the sample it was measuring.
// Threads: one. Only one process at a time has it open.
class SamplesFile {
 public:
  // Makes the file, or opens one and cuts off a last line that was not completed. Errors, which
  // name the file: kIo, kCorrupt (its last line is none of a sample), kInvalid (another process
  // writes it).
  static Result<SamplesFile> Open(const std::string& path);

  // The index of the next sample: one more than the last one's.
  std::int64_t next() const { return next_; }

  // Errors: kIo, names the file; what was written of the line is cut off again.
  MaybeError Append(const ExperimentSample& sample);

 private:
  SamplesFile(LineFile file, std::int64_t next) : file_(std::move(file)), next_(next) {}

  LineFile file_;
  std::int64_t next_;
};

// Reads all samples in order, one at a time. Errors: kNotFound, kIo, kCorrupt (names the line);
// those of on_sample.
MaybeError ReadSamples(const std::string& path,
                       const std::function<MaybeError(ExperimentSample&&)>& on_sample);

}  // namespace edgevlm
