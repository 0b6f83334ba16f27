#include "server/remote/remote_image.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(RemoteHost, IsTheHostOfAPlainUrl) {
  EXPECT_EQ(RemoteHost("https://a.example/b.png?c#d"), "a.example");
  EXPECT_EQ(RemoteHost("HTTPS://A.example"), "A.example");
  for (const char* other :
       {"", "http://a.example/", "file:///etc/passwd", "gopher://a.example/", "ftp://a.example/",
        "https://", "https:///b", "https://user@a.example/", "https://user:word@a.example/",
        "https://a.example:22/", "https://a.example:443/", "https://127.0.0.1/",
        "https://2130706433/", "https://[::1]/", "https://a_b.example/", "https://a.example\\@b/",
        "https://a.example%2f/", "https://a\xc3\xa9.example/"}) {
    EXPECT_EQ(RemoteHost(other), std::nullopt) << other;
  }
  EXPECT_EQ(RemoteHost("https://0x7f.1/"), "0x7f.1");  // a name; no domain has it
}

TEST(IsAllowed, IncludesSubdomains) {
  const RemoteRules rules = {.domains = {"a.example", "B.example"}};
  for (const char* host : {"a.example", "A.EXAMPLE", "x.a.example", "x.y.b.example"}) {
    EXPECT_TRUE(IsAllowed(host, rules)) << host;
  }
  for (const char* host : {"example", "ba.example", "a.example.evil", "a.exampl", ""}) {
    EXPECT_FALSE(IsAllowed(host, rules)) << host;
  }
  EXPECT_FALSE(IsAllowed("a.example", {}));
  EXPECT_FALSE(IsAllowed("a.example", {.domains = {""}}));
}

TEST(FetchImage, RejectsBeforeItResolvesTheName) {
  const RemoteRules rules = {.domains = {"a.example"}};
  for (const char* address : {"https://b.example/", "http://a.example/", "file:///etc/passwd"}) {
    const auto bytes = FetchImage(address, rules, 1000);
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, ErrorCode::kInvalid);
  }
}

// localhost is a name like any other, and its address is not public.
TEST(FetchImage, RejectsNamesOfThisMachine) {
  const auto bytes = FetchImage("https://localhost/", {.domains = {"localhost"}}, 1000);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().message, "URL: its host is not public");
}

}  // namespace
}  // namespace edgevlm
