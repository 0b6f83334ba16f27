// The scores that other programs give, in tests/data/scores.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/check.h"
#include "base/testing/golden_files.h"

namespace edgevlm {

inline nlohmann::json GoldenScores(const std::string& name) {
  std::ifstream file(GoldenPath("scores/" + name));
  CHECK(file.good());
  return nlohmann::json::parse(file);
}

}  // namespace edgevlm
