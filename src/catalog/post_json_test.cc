#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/http.h"
#include "catalog/testing/http_server.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

TEST(PostJson, SendsJson) {
  const HttpServer server(
      [](const ServerRequest&) { return ServerAnswer{Answer("204 No Content", "", "")}; });
  const auto error = PostJson(server.Url("/hook"), "{\"caption\":\"a dog\"}");
  EXPECT_FALSE(error) << error->message;
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].path, "/hook");
  EXPECT_EQ(server.requests()[0].Header("content-type"), "application/json");
  EXPECT_EQ(server.requests()[0].Header("content-length"), "19");
}

TEST(PostJson, OtherStatusesAreErrors) {
  const HttpServer server(
      [](const ServerRequest&) { return ServerAnswer{Answer("500 Broken", LengthHeader(0), "")}; });
  EXPECT_THAT(PostJson(server.Url(), "{}")->message, HasSubstr("status 200, found 500"));
  EXPECT_THAT(PostJson("ftp://localhost/", "{}")->message, HasSubstr("expected https"));
}

}  // namespace
}  // namespace edgevlm
