// ZeroedAllocator: for vectors that are allocated large and filled gradually.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace edgevlm {

// Allocates zeroed memory. Large allocations count as memory of the process only page by page, when
// a page is first written; elements that a vector constructs without a value are not written. T: a
// type whose zero bytes are its default value. Throws std::bad_alloc.
template <class T>
struct ZeroedAllocator {
  static_assert(std::is_trivially_copyable_v<T>);
  using value_type = T;

  ZeroedAllocator() = default;
  template <class U>
  ZeroedAllocator(const ZeroedAllocator<U>&) {}

  T* allocate(std::size_t count) {
    void* memory = std::calloc(count, sizeof(T));  // checks the product
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) { std::free(memory); }

  // Already zero, unless an earlier element of the vector was here.
  void construct(T*) {}
  template <class... Values>
  void construct(T* slot, const Values&... values) {
    ::new (static_cast<void*>(slot)) T(values...);
  }

  bool operator==(const ZeroedAllocator&) const { return true; }
};

}  // namespace edgevlm
