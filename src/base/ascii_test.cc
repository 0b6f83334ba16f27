#include "base/ascii.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(Ascii, ChangesTheCaseOfLettersOnly) {
  EXPECT_EQ(ToLowerAscii("AZ az @[`{ 09 \xc3\x84"), "az az @[`{ 09 \xc3\x84");
  EXPECT_EQ(ToUpperAscii("AZ az @[`{ 09 \xc3\xa4"), "AZ AZ @[`{ 09 \xc3\xa4");
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_upper = 'A' <= c && c <= 'Z';
    EXPECT_EQ(ToLowerAscii(c), is_upper ? static_cast<char>(c + 32) : c) << byte;
  }
}

TEST(Ascii, ComparesWithoutCase) {
  EXPECT_TRUE(EqualIgnoringCase("", ""));
  EXPECT_TRUE(EqualIgnoringCase("Content-Type", "cONTENT-tYPE"));
  EXPECT_FALSE(EqualIgnoringCase("a", "ab"));
  EXPECT_FALSE(EqualIgnoringCase("@", "`"));  // 32 apart, but not letters
  EXPECT_FALSE(EqualIgnoringCase("\xc3\x84", "\xc3\xa4"));
}

TEST(Ascii, ComparesThePrefixWithoutCase) {
  EXPECT_TRUE(StartsWithIgnoringCase("HTTPS://a", "https://"));
  EXPECT_TRUE(StartsWithIgnoringCase("a", ""));
  EXPECT_FALSE(StartsWithIgnoringCase("http", "https"));
}

}  // namespace
}  // namespace edgevlm
