// Distinguishes public network addresses from private and special ones.
#pragma once

#include <array>
#include <cstdint>

namespace edgevlm {

// False for this machine, private networks, other forms of their addresses (mapped, translated and
// tunnelled ones), and all else in IANA's special-purpose registries. Bytes in network order.
bool IsPublicAddress(const std::array<std::uint8_t, 4>& ipv4);
bool IsPublicAddress(const std::array<std::uint8_t, 16>& ipv6);

}  // namespace edgevlm
