// Golden files: reference files that other programs wrote, in tests/data of the source tree.
// README.md there describes them.
#pragma once

#include <cstdlib>
#include <fstream>
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

}  // namespace edgevlm
