// ZeroedAllocator: for vectors that are taken large at once and filled little by little.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace edgevlm {

// All bytes are zero, and large pieces count as memory of the process only page by page, when they
// are first touched: elements that a vector makes without a value are not. T: a type whose zero
// bytes are its default value. Throws std::bad_alloc.
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

  // Zero already, unless an earlier element of the vector lay here.
  void construct(T*) {}
  template <class... Values>
  void construct(T* place, const Values&... values) {
    ::new (static_cast<void*>(place)) T(values...);
  }

  bool operator==(const ZeroedAllocator&) const { return true; }
};

}  // namespace edgevlm
