// RunningStats: exponential moving averages of the losses, for the progress line and the log.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "train/loop/losses.h"

namespace edgevlm::train {

class RunningStats {
 public:
  void Add(const Losses& losses);

  // For the progress line. taught: whether there is a teacher.
  std::string Text(bool taught) const;
  nlohmann::json Json(bool taught) const;

 private:
  std::vector<double> values_;  // in the order of the table in the source; empty before the first
};

}  // namespace edgevlm::train
