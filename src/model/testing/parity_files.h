// Files that other programs wrote, with the numbers they must give. They are not part of the
// repository: the folder is $EDGEVLM_SHARED/parity, or shared/parity beside the repository. Tests
// skip themselves where it is missing.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace edgevlm {

inline std::filesystem::path ParityFolder() {
  if (const char* shared = std::getenv("EDGEVLM_SHARED")) {
    return std::filesystem::path(shared) / "parity";
  }
  const char* source = std::getenv("EDGEVLM_SOURCE");  // set by ctest
  const auto repository = std::filesystem::weakly_canonical(source == nullptr ? "." : source);
  return repository.parent_path() / "shared" / "parity";
}

inline std::string ParityFile(const std::string& name) { return (ParityFolder() / name).string(); }

// A file of raw little-endian float32; empty when it can not be read.
inline std::vector<float> ParityFloats(const std::string& name) {
  std::ifstream file(ParityFile(name), std::ios::binary | std::ios::ate);
  if (!file) return {};
  std::vector<float> values(static_cast<std::size_t>(file.tellg()) / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

}  // namespace edgevlm
