// What the fuzz targets of checkpoints check.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/check.h"
#include "convert/huggingface/safetensors.h"

namespace edgevlm {

// Every tensor lies inside the file, and can be read.
inline void CheckTensors(std::span<const std::byte> file,
                         const std::vector<SafetensorsTensor>& tensors) {
  for (const SafetensorsTensor& tensor : tensors) {
    CHECK(tensor.bytes.data() >= file.data());
    CHECK(tensor.bytes.data() + tensor.bytes.size() <= file.data() + file.size());
    const auto view = ViewOf(tensor);
    if (view) (void)ToFloats(*view);
  }
}

}  // namespace edgevlm
