#include "server/parse/percents.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(DecodePercents, DecodesWhatIsEncoded) {
  EXPECT_EQ(DecodePercents(""), "");
  EXPECT_EQ(DecodePercents("a%2Fb%3alatest"), "a/b:latest");
  EXPECT_EQ(DecodePercents("%25%32%46"), "%2F");
  EXPECT_EQ(DecodePercents("%c3%A9"), "\xc3\xa9");
  EXPECT_EQ(DecodePercents("%00"), std::string(1, '\0'));
}

TEST(DecodePercents, LeavesTheRest) {
  for (const char* text : {"%", "%2", "a%", "%g0", "%0g", "%-1", "%+1", "% 1", "100%"}) {
    EXPECT_EQ(DecodePercents(text), text);
  }
  EXPECT_EQ(DecodePercents("%%41"), "%A");
}

}  // namespace
}  // namespace edgevlm
