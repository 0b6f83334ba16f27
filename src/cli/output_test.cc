#include "cli/output.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(Printable, IsOneLineThatSteersNoTerminal) {
  EXPECT_EQ(Printable("a\nb\tc"), "a?b?c");
  EXPECT_EQ(Printable("\x1B[2J\a\b\x7F"), "?[2J???");
  EXPECT_EQ(Printable(std::string("a\0b", 3)), "a?b");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "2J \xC2\x85 \xC2\xA0"),
            "?2J ? \xC2\xA0")
      << "C1, and a blank";
  EXPECT_EQ(Printable("caf\xE9 \x9B"
                      "2J"),
            "caf? ?2J")
      << "bytes that are no UTF-8";
  EXPECT_EQ(Printable("Größe 語 🐕"), "Größe 語 🐕");
  EXPECT_EQ(Printable("half \xF0\x9F"), "half ??");
}

TEST(PrintableText, KeepsItsLines) {
  EXPECT_EQ(PrintableText("red\n\tgreen\n\nblue\n"), "red\n\tgreen\n\nblue\n");
  EXPECT_EQ(PrintableText("red\r\ngreen\r"), "red\ngreen?");
  EXPECT_EQ(PrintableText("\x1B]0;title\a\v\f\x7F\xC2\x90"), "?]0;title?????");
}

}  // namespace
}  // namespace edgevlm
