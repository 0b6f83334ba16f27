#include "tokenizer/utf8.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(ReadCodePoint, ReadsWhatAppendCodePointWrites) {
  for (char32_t value = 0; value <= 0x10FFFF; value += value < 0x3000 ? 1 : 251) {
    if (0xD800 <= value && value <= 0xDFFF) continue;
    std::string text;
    AppendCodePoint(value, text);
    const CodePoint point = ReadCodePoint(text + "x");
    ASSERT_EQ(point.state, Utf8State::kWhole) << static_cast<unsigned>(value);
    ASSERT_EQ(point.value, value);
    ASSERT_EQ(point.bytes, static_cast<int>(text.size()));
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      ASSERT_EQ(ReadCodePoint(text.substr(0, cut)).state, Utf8State::kTruncated);
      ASSERT_EQ(ReadCodePoint(text.substr(0, cut) + "x").state, Utf8State::kInvalid);
    }
  }
}

TEST(ReadCodePoint, RejectsWhatUnicodeForbids) {
  for (const char* text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                           "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    const CodePoint point = ReadCodePoint(text);
    EXPECT_EQ(point.state, Utf8State::kInvalid) << text;
    EXPECT_EQ(point.bytes, 1);
    EXPECT_EQ(point.value, 0xFFFDu);
  }
}

}  // namespace
}  // namespace edgevlm
