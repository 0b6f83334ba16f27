#include "server/security.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

Request With(const std::string& name, const std::string& value) {
  return {.method = "GET", .path = "/", .query = "", .headers = {{name, value}}};
}

TEST(KeyOf, ReadsAllItsForms) {
  EXPECT_EQ(KeyOf(With("authorization", "Bearer k1")), "k1");
  EXPECT_EQ(KeyOf(With("authorization", "bearer   k1 ")), "k1");
  EXPECT_EQ(KeyOf(With("authorization", "Basic bWU6azE=")), "k1");  // me:k1
  EXPECT_EQ(KeyOf(With("x-api-key", "k1")), "k1");
  EXPECT_EQ(KeyOf(With("x-moondream-auth", "k1")), "k1");
  for (const char* none : {"", "Bearer", "Basic", "Basic *", "Basic bWU=", "Digest k1"}) {
    EXPECT_EQ(KeyOf(With("authorization", none)), "") << none;
  }
}

TEST(IsOneOf, ComparesWholeKeys) {
  const std::string keys[] = {"first", "second"};
  EXPECT_TRUE(IsOneOf("first", keys));
  EXPECT_TRUE(IsOneOf("second", keys));
  for (const char* wrong : {"", "firs", "first1", "First", "secondfirst"}) {
    EXPECT_FALSE(IsOneOf(wrong, keys)) << wrong;
  }
  EXPECT_FALSE(IsOneOf(std::string_view("first\0", 6), keys));
}

TEST(CheckHost, AcceptsAddressesAndOwnNames) {
  const AccessRules rules = {.keys = {}, .cors_origins = {}, .host_names = {"camera.local"}};
  for (const char* own : {"localhost", "LOCALHOST:8080", "127.0.0.1", "10.0.0.7:80", "[::1]:80",
                          "camera.local", "camera.local:8080"}) {
    EXPECT_FALSE(CheckHost(With("host", own), rules)) << own;
  }
  for (const char* foreign : {"evil.example", "camera.local.evil.example", "localhost.evil.example",
                              "127.0.0.1.evil.example"}) {
    EXPECT_TRUE(CheckHost(With("host", foreign), rules)) << foreign;
  }
  EXPECT_EQ(CheckHost(With("host", "host.docker.internal:8080"), rules)->message,
            "host: expected an address, localhost or a name in the setting server.host_names "
            "(--host-names), found 'host.docker.internal'");
  EXPECT_LT(CheckHost(With("host", std::string(5000, 'h')), rules)->message.size(), 400u);
}

TEST(CheckOrigin, AcceptsOwnAndAllowedOnes) {
  const AccessRules rules = {.keys = {}, .cors_origins = {"https://a.example"}, .host_names = {}};
  Request head = With("host", "localhost:8080");
  const auto passes = [&](const char* origin) {
    head.headers["origin"] = origin;
    return !CheckOrigin(head, rules);
  };
  EXPECT_FALSE(CheckOrigin(head, rules));
  EXPECT_TRUE(passes("http://localhost:8080"));
  EXPECT_TRUE(passes("https://a.example"));
  head.headers["origin"] = "https://b.example";
  EXPECT_EQ(CheckOrigin(head, rules)->message,
            "origin: expected this server's own or one in the setting server.cors_origins "
            "(--cors-origins), found 'https://b.example'");
  for (const char* foreign : {"null", "https://b.example", "http://a.example", "http://localhost",
                              "https://a.example.evil"}) {
    EXPECT_FALSE(passes(foreign)) << foreign;
  }
}

}  // namespace
}  // namespace edgevlm
