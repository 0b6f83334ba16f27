// Golden files: reference files that other programs wrote, in tests/data of the source tree.
// README.md there describes them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/mapped_file.h"

namespace edgevlm {

// The path of a file in tests/data. ctest sets the source tree; by hand, run the test in it.
inline std::string GoldenPath(const std::string& name) {
  const char* source = std::getenv("EDGEVLM_SOURCE");
  return std::string(source == nullptr ? "." : source) + "/tests/data/" + name;
}

inline MappedFile OpenGolden(const std::string& name) {
  Result<MappedFile> file = MappedFile::Open(GoldenPath(name));
  if (!file) CheckFailed(__FILE__, __LINE__, file.error().message.c_str());
  return *std::move(file);
}

// A file of raw little-endian float32.
inline std::vector<float> GoldenFloats(const std::string& name) {
  std::ifstream file(GoldenPath(name), std::ios::binary | std::ios::ate);
  CHECK(file.good());
  std::vector<float> values(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

// The least cosine of two rows of `cols` values. -1 if the numbers of values differ, or one is
// none.
inline double LeastCosine(std::span<const float> actual, std::span<const float> expected,
                          std::size_t cols) {
  if (expected.size() != actual.size()) return -1;
  double least = 1;
  for (std::size_t row = 0; row < expected.size(); row += cols) {
    double dot = 0, expected_square = 0, actual_square = 0;
    for (std::size_t i = row; i < row + cols; ++i) {
      const double e = expected[i], a = actual[i];
      dot += e * a;
      expected_square += e * e;
      actual_square += a * a;
    }
    const double cosine = dot / std::sqrt(expected_square * actual_square);
    if (std::isnan(cosine)) return -1;
    least = std::min(least, cosine);
  }
  return least;
}

}  // namespace edgevlm
