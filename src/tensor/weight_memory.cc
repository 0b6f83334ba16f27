#include "tensor/weight_memory.h"

#include <sys/mman.h>

#include <new>

namespace edgevlm {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = 2 << 20;
constexpr std::size_t kChunk = 8 * kHugePage;
constexpr std::size_t kLargest = kHugePage / 2;  // of the weights in chunks

std::shared_ptr<std::byte> AllocAligned(std::size_t bytes, std::size_t alignment) {
  const std::align_val_t aligned{alignment};
  auto* memory = static_cast<std::byte*>(::operator new(bytes, aligned));
  return {memory, [aligned](std::byte* freed) { ::operator delete(freed, aligned); }};
}

}  // namespace

std::shared_ptr<std::byte> WeightMemory::AllocAlone(std::size_t bytes) {
  return AllocAligned(bytes, kAlignment);
}

std::shared_ptr<std::byte> WeightMemory::Alloc(std::size_t bytes) {
  if (bytes > kLargest) return AllocAlone(bytes);
  if (chunk_ == nullptr || kChunk - used_ < bytes) {
    chunk_ = AllocAligned(kChunk, kHugePage);
    used_ = 0;
    (void)madvise(chunk_.get(), kChunk, MADV_HUGEPAGE);  // pages of 4 KiB do as well
  }
  std::byte* const memory = chunk_.get() + used_;
  used_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
  return {chunk_, memory};
}

}  // namespace edgevlm
