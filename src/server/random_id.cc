#include "server/random_id.h"

#include <array>
#include <cstdio>
#include <random>

namespace edgevlm {

std::string RandomId() {
  constexpr int kWords = 4;
  std::random_device random;
  std::string id;
  for (int i = 0; i < kWords; ++i) {
    std::array<char, 9> digits;
    std::snprintf(digits.data(), digits.size(), "%08x", random());
    id += digits.data();
  }
  return id;
}

}  // namespace edgevlm
