// WeightMemory: memory for the weights of a model.
#pragma once

#include <cstddef>
#include <memory>

namespace edgevlm {

// Small weights lie next to each other in chunks of huge pages, where the system has them: the
// first write to a page of 4 KiB costs more than packing the weights into it, and a model of some
// MiB is nothing but small weights. Threads: one.
class WeightMemory {
 public:
  // Memory at a multiple of 64 bytes, not initialized. A chunk is freed with the last weight in it.
  // Throws std::bad_alloc.
  std::shared_ptr<std::byte> Alloc(std::size_t bytes);

  // The same outside of chunks.
  static std::shared_ptr<std::byte> AllocAlone(std::size_t bytes);

 private:
  std::shared_ptr<std::byte> chunk_;
  std::size_t used_ = 0;  // bytes of the chunk
};

}  // namespace edgevlm
