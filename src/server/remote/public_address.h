// Which network addresses belong to the public internet.
#pragma once

#include <array>
#include <cstdint>

namespace edgevlm {

// Neither this machine, nor its networks, nor what stands for one of them in another form (mapped,
// translated and tunnelled addresses), nor what belongs to nobody (IANA's special-purpose
// registries). Bytes in network order.
bool IsPublicAddress(const std::array<std::uint8_t, 4>& ipv4);
bool IsPublicAddress(const std::array<std::uint8_t, 16>& ipv6);

}  // namespace edgevlm
