// PNG chunks, for the tests of this folder.
#pragma once

#include <zlib.h>

#include <vector>

#include "image/testing/images.h"

namespace edgevlm::test {

inline std::vector<std::byte> Chunk(const char* name, const std::vector<std::byte>& data) {
  std::vector<std::byte> chunk;
  const auto number = [&](unsigned long value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      chunk.push_back(static_cast<std::byte>(value >> shift));
    }
  };
  number(data.size());
  for (int i = 0; i < 4; ++i) chunk.push_back(static_cast<std::byte>(name[i]));
  chunk.insert(chunk.end(), data.begin(), data.end());
  number(crc32(0, reinterpret_cast<const Bytef*>(chunk.data() + 4),
               static_cast<unsigned>(chunk.size() - 4)));
  return chunk;
}

}  // namespace edgevlm::test
