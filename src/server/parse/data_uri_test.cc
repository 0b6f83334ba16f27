#include "server/parse/data_uri.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(DecodeDataUri, ReadsBase64OfAnyType) {
  for (const char* uri : {"data:image/png;base64,Zm9v", "DATA:;BASE64,Zm9v",
                          "data:text/plain;charset=utf-8;base64,Zm9v"}) {
    const auto bytes = DecodeDataUri(uri);
    ASSERT_TRUE(bytes) << uri;
    EXPECT_EQ(*bytes, "foo");
  }
}

TEST(DecodeDataUri, RejectsTheRest) {
  for (const char* uri :
       {"", "data:", "data:,", "data:image/png", "data:image/png,Zm9v", "data:image/png;base64",
        "data:image/png;base64,", "image/png;base64,Zm9v", "data:image/png;base64,*"}) {
    EXPECT_FALSE(DecodeDataUri(uri)) << uri;
  }
  EXPECT_FALSE(DecodeDataUri("data:" + std::string(2000, 'x') + ";base64,Zm9v"));
}

TEST(DecodeDataUri, CutAnywhereIsReadOrRejected) {
  const std::string uri = "data:image/png;base64,Zm9vYmFy";
  for (std::size_t size = 0; size < uri.size(); ++size) {
    const auto bytes = DecodeDataUri(uri.substr(0, size));
    EXPECT_TRUE(!bytes || bytes->size() < 6) << size;
  }
}

}  // namespace
}  // namespace edgevlm
