#include "server/remote/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

namespace edgevlm {
namespace {

bool IsPublic4(const char* text) {
  std::array<std::uint8_t, 4> address{};
  EXPECT_EQ(inet_pton(AF_INET, text, address.data()), 1) << text;
  return IsPublicAddress(address);
}

bool IsPublic6(const char* text) {
  std::array<std::uint8_t, 16> address{};
  EXPECT_EQ(inet_pton(AF_INET6, text, address.data()), 1) << text;
  return IsPublicAddress(address);
}

TEST(IsPublicAddress, ClassifiesIpv4) {
  for (const char* open : {"1.1.1.1", "8.8.8.8", "100.63.255.255", "172.15.0.1", "172.32.0.1",
                           "192.167.0.1", "198.20.0.1", "223.255.255.255"}) {
    EXPECT_TRUE(IsPublic4(open)) << open;
  }
  for (const char* closed : {"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.255",
                             "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                             "192.0.2.1", "198.19.0.1", "224.0.0.1", "255.255.255.255"}) {
    EXPECT_FALSE(IsPublic4(closed)) << closed;
  }
}

TEST(IsPublicAddress, ClassifiesIpv6) {
  EXPECT_TRUE(IsPublic6("2606:4700:4700::1111"));
  EXPECT_TRUE(IsPublic6("2a00:1450::1"));
  for (const char* closed :
       {"::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::127.0.0.1", "2002:7f00:1::", "2001:db8::1", "2001::1"}) {
    EXPECT_FALSE(IsPublic6(closed)) << closed;
  }
}

}  // namespace
}  // namespace edgevlm
