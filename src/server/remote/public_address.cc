#include "server/remote/public_address.h"

#include <algorithm>

namespace edgevlm {
namespace {

struct Ipv4Range {
  std::array<std::uint8_t, 4> first;
  int bits;  // length of the prefix
};
constexpr Ipv4Range kSpecialIpv4[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4}};

struct Ipv6Range {
  std::array<std::uint8_t, 4> first;  // of 16 bytes
  int bits;
};
// Within 2000::/3, which has all public addresses: protocols and Teredo, documentation, 6to4.
constexpr Ipv6Range kSpecialIpv6[] = {{{0x20, 0x01, 0x00, 0x00}, 23},
                                      {{0x20, 0x01, 0x0d, 0xb8}, 32},
                                      {{0x20, 0x02, 0x00, 0x00}, 16},
                                      {{0x3f, 0xff, 0x00, 0x00}, 20}};

template <class Address>
bool HasPrefix(const Address& address, const std::array<std::uint8_t, 4>& first, int bits) {
  for (int bit = 0; bit < bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    if (((address[byte] ^ first[byte]) >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

template <class Address, class Ranges>
bool IsInOne(const Address& address, const Ranges& ranges) {
  return std::ranges::any_of(
      ranges, [&](const auto& range) { return HasPrefix(address, range.first, range.bits); });
}

}  // namespace

bool IsPublicAddress(const std::array<std::uint8_t, 4>& ipv4) {
  return !IsInOne(ipv4, kSpecialIpv4);
}

bool IsPublicAddress(const std::array<std::uint8_t, 16>& ipv6) {
  return HasPrefix(ipv6, {0x20, 0, 0, 0}, 3) && !IsInOne(ipv6, kSpecialIpv6);
}

}  // namespace edgevlm
