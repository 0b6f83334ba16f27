// The reports of `edgevlm bench --roofline`.
#pragma once

#include <span>
#include <string>

#include "roofline/roofline.h"

namespace edgevlm {

// The machine and settings of the measurement.
struct RooflineMachine {
  std::string cpu;
  std::string instruction_set;
  int threads = 0;
};

// A Markdown table: limit, one thread, all threads, unit, instruction.
std::string RooflineMarkdown(const RooflineMachine& machine, std::span<const Limit> limits);

// One JSON object: cpu_info, instruction_set, n_threads, limits (name, instruction, unit,
// one_thread, all_threads).
std::string RooflineJson(const RooflineMachine& machine, std::span<const Limit> limits);

}  // namespace edgevlm
