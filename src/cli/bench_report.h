// The reports of `edgevlm bench`: llama-bench's columns and keys, with a few of our own.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "measure/measurement.h"

namespace edgevlm {

// One measurement and what it was made on.
struct BenchRecord {
  ModelInfo model;
  std::string model_file;  // path, or "built-in"
  std::string precision;   // "auto", "int8", "bf16", "f32"
  std::string cpu;
  std::string image;  // the image of img and cap
  std::string time;   // of the test, ISO 8601, UTC
  std::int64_t load_ns = 0;
  std::int64_t peak_memory = 0;  // peak resident bytes so far; 0: not known
  std::string signature;         // of what this build computes (signature.h)
  Measurement measurement;
};

// A Markdown table: model, size, params, backend, threads, test, t/s (mean and standard deviation),
// ms (median); below it the time of the last load, the memory and the output signature.
std::string BenchMarkdown(std::span<const BenchRecord> records);

// One JSON array; one object per line; comma-separated values with a line of names.
std::string BenchJson(std::span<const BenchRecord> records);
std::string BenchJsonLines(std::span<const BenchRecord> records);
std::string BenchCsv(std::span<const BenchRecord> records);

}  // namespace edgevlm
