#include "transcribe/compression_ratio.h"

#include <zlib.h>

#include <vector>

namespace edgevlm {

double CompressionRatio(std::string_view text) {
  if (text.empty()) return 0;
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  std::vector<Bytef> compressed(size);
  // It cannot fail: the bound is enough room for any text.
  compress(compressed.data(), &size, reinterpret_cast<const Bytef*>(text.data()),
           static_cast<uLong>(text.size()));
  return static_cast<double>(text.size()) / static_cast<double>(size);
}

}  // namespace edgevlm
