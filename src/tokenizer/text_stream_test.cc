#include "tokenizer/text_stream.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

std::string PushBytewise(std::string_view text) {
  TextStream stream;
  std::string shown;
  for (const char byte : text) shown += stream.Push(std::string_view(&byte, 1));
  return shown;
}

TEST(TextStream, ShowsACharacterWithItsLastByte) {
  TextStream stream;
  EXPECT_EQ(stream.Push("dog \xF0\x9F"), "dog ");
  EXPECT_EQ(stream.Push("\x90"), "");
  EXPECT_EQ(stream.Push("\x95!"), "\xF0\x9F\x90\x95!");
  EXPECT_EQ(PushBytewise("Größe 語 🐕"), "Größe 語 🐕");
}

TEST(TextStream, ReplacesInvalidUtf8) {
  EXPECT_EQ(PushBytewise("a\xFF"
                         "b"),
            "a\uFFFDb");
  EXPECT_EQ(PushBytewise("a\xF0\x9F"
                         "b"),
            "a\uFFFD\uFFFDb");
  EXPECT_EQ(PushBytewise("a\xF0\x9F"), "a") << "cut inside a character";
  EXPECT_EQ(PushBytewise("\xC3\xC3\xA9"), "\uFFFDé");
}

}  // namespace
}  // namespace edgevlm
