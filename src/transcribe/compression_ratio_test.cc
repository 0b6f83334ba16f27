#include "transcribe/compression_ratio.h"

#include <gtest/gtest.h>

#include <string>

namespace edgevlm {
namespace {

TEST(CompressionRatio, IsHighForTextsThatRepeat) {
  std::string loop;
  for (int i = 0; i < 40; ++i) loop += "thank you for watching ";
  EXPECT_GT(CompressionRatio(loop), 10);
  const double speech = CompressionRatio(
      "The train to the city leaves from the second platform. Please close the window before you "
      "go to bed. My sister plays the piano every evening after dinner.");
  EXPECT_GT(speech, 1);
  EXPECT_LT(speech, 2.4);
}

TEST(CompressionRatio, OfShortTextsIsBelowOne) {
  EXPECT_EQ(CompressionRatio(""), 0);
  EXPECT_LT(CompressionRatio("Hi."), 1);  // zlib's own bytes
}

}  // namespace
}  // namespace edgevlm
