#include "base/base64.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

// RFC 4648, section 10.
TEST(DecodeBase64, ReadsTheTestVectors) {
  EXPECT_EQ(DecodeBase64(""), "");
  EXPECT_EQ(DecodeBase64("Zg=="), "f");
  EXPECT_EQ(DecodeBase64("Zm8="), "fo");
  EXPECT_EQ(DecodeBase64("Zm9v"), "foo");
  EXPECT_EQ(DecodeBase64("Zm9vYg=="), "foob");
  EXPECT_EQ(DecodeBase64("Zm9vYmFy"), "foobar");
}

TEST(EncodeBase64, RoundTrips) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += static_cast<char>(i);
  EXPECT_EQ(DecodeBase64(EncodeBase64(bytes)), bytes);
}

TEST(DecodeBase64, ReadsWhatClientsWrite) {
  EXPECT_EQ(DecodeBase64("Zm8"), "fo");                 // without padding
  EXPECT_EQ(DecodeBase64("Zm9v\r\nYmFy\n"), "foobar");  // in lines
  EXPECT_EQ(DecodeBase64("-_-_"), DecodeBase64("+/+/"));
}

TEST(DecodeBase64, RejectsTheRest) {
  EXPECT_FALSE(DecodeBase64("Z"));
  EXPECT_FALSE(DecodeBase64("Zm9vY"));
  EXPECT_FALSE(DecodeBase64("Zg==Zg=="));
  EXPECT_FALSE(DecodeBase64("Zm9*"));
  EXPECT_FALSE(DecodeBase64("Zm9\xff"));
}

}  // namespace
}  // namespace edgevlm
