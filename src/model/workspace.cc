#include "model/workspace.h"

#include <algorithm>
#include <new>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr std::align_val_t kAlignment{64};
constexpr std::size_t kAlignmentValues = 16;               // a cache line
constexpr std::size_t kLeastBlock = std::size_t{1} << 16;  // values; 256 KiB

}  // namespace

void Workspace::Free::operator()(float* values) const { ::operator delete[](values, kAlignment); }

View<float> Workspace::Alloc(int rows, int cols) {
  CHECK(rows >= 0 && cols >= 0);
  const std::size_t values = static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols);
  const std::size_t size = (values + kAlignmentValues - 1) / kAlignmentValues * kAlignmentValues;
  while (top_.block < blocks_.size() && blocks_[top_.block].size - top_.used < size) {
    ++top_.block;
    top_.used = 0;
  }
  if (top_.block == blocks_.size()) {
    const std::size_t block_size = std::max(size, kLeastBlock);
    void* memory = ::operator new[](block_size * sizeof(float), kAlignment);
    blocks_.push_back({std::unique_ptr<float[], Free>(static_cast<float*>(memory)), block_size});
  }
  float* const data = blocks_[top_.block].values.get() + top_.used;
  top_.used += size;
  if (counter_ != nullptr) {
    const auto bytes = static_cast<double>(size * sizeof(float));
    top_.counted += bytes;
    counter_->Add(bytes);
  }
  return {data, rows, cols};
}

View<float> Workspace::AllocSpread(int rows, int cols) {
  constexpr int kCrowded = 512;  // values; 2 KiB
  const int stride = cols > 0 && cols % kCrowded == 0 ? cols + int{kAlignmentValues} : cols;
  return {Alloc(rows, stride).data, rows, cols, stride};
}

void Workspace::Rewind(const Mark& mark) {
  if (counter_ != nullptr) counter_->Release(top_.counted - mark.counted);
  top_ = mark;
}

void Workspace::CountIn(MemoryCounter* counter) {
  CHECK(top_.block == 0 && top_.used == 0);
  counter_ = counter;
  top_.counted = 0;
}

}  // namespace edgevlm
