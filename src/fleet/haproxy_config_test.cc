#include "fleet/haproxy_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

TEST(HaproxyConfig, NamesEachHost) {
  const std::string text =
      HaproxyConfig({.hosts = {*ParseFleetHost("edge1"), *ParseFleetHost("[::1]:81")},
                     .port = 8000,
                     .running = 4});
  EXPECT_THAT(text, HasSubstr("bind :8000\n"));
  EXPECT_THAT(text, HasSubstr("server device1 edge1:8080 check maxconn 4\n"));
  EXPECT_THAT(text, HasSubstr("server device2 [::1]:81 check maxconn 4\n"));
}

TEST(ParseFleetHost, ReadsNamesAddressesAndPorts) {
  EXPECT_EQ(ParseFleetHost("10.0.0.7:65535")->port, 65535);
  EXPECT_EQ(ParseFleetHost("10.0.0.7:65535")->name, "10.0.0.7");
  EXPECT_EQ(ParseFleetHost("a-b_c.local")->port, 8080);
  EXPECT_EQ(ParseFleetHost("[fe80::1]")->name, "[fe80::1]");
}

// What is no host would be a line of the configuration.
TEST(ParseFleetHost, OtherTextsAreErrors) {
  for (const char* text : {"", ":80", "a:", "a:0", "a:65536", "a:8x", "a b", "a\nb", "-f", "[::1",
                           "::1", "[]", "[g]", "[::1]80"}) {
    const auto host = ParseFleetHost(text);
    ASSERT_FALSE(host) << text;
    EXPECT_EQ(host.error().code, ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace edgevlm
