// RunRecord: under what an experiment was run, so that it can be repeated and resumed.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace edgevlm {

struct RunRecord {
  std::string spec = {};      // its text
  std::string manifest = {};  // SHA-256 of the file; empty: none is read
  std::string model = {};     // file, or "built-in"
  std::string model_sha256 = {};
  std::uint64_t seed = 0;
  int items = 0;
  // Of the machine and the build; not compared when a run is resumed.
  std::string version = {};
  std::string compiler = {};
  std::string cpu = {};
  std::string instruction_set = {};
  std::string frequency_policy = {};  // of the kernel, for the processor; empty: unknown
  int threads = 0;
  double temperature_celsius = 0;  // at the start; 0: unknown
  std::string time = {};           // of the start, ISO 8601, UTC
};

// The machine's and the build's part.
RunRecord RecordMachine();

std::string RunRecordJson(const RunRecord& record);
// Errors: kCorrupt.
Result<RunRecord> ReadRunRecord(std::string_view json);

// Whether samples of both belong together. Errors: kInvalid, names what differs.
MaybeError CheckSameRun(const RunRecord& before, const RunRecord& now);

}  // namespace edgevlm
