// All bytes of a file, and replies with a text. For tests.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Empty if it cannot be read.
inline std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<Reply> RepliesOf(const std::vector<std::string>& texts) {
  std::vector<Reply> replies;
  for (const std::string& text : texts) replies.emplace_back().text = text;
  return replies;
}

}  // namespace edgevlm
