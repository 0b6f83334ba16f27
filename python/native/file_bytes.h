// The bytes of a Python object, which Python never changes.
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <span>
#include <string_view>

namespace edgevlm::python {

// Valid while the object lives.
inline std::span<const std::byte> FileBytes(const pybind11::bytes& bytes) {
  return std::as_bytes(std::span(static_cast<std::string_view>(bytes)));
}

}  // namespace edgevlm::python
