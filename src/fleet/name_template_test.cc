#include "fleet/name_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fleet/testing/texts.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

std::string NameOf(std::string_view text, const std::vector<std::string>& replies,
                   const std::string& path = "folder/IMG 1.v2.JPG") {
  const std::vector<Reply> all = RepliesOf(replies);
  const auto parsed = NameTemplate::Parse(text, replies.size());
  if (!parsed) return parsed.error().message;
  return parsed->NameOf({.path = path, .number = 42, .replies = all});
}

TEST(NameTemplate, FieldsAreFilled) {
  EXPECT_EQ(NameOf("{caption}", {"A red car, parked."}), "A-red-car-parked.JPG");
  EXPECT_EQ(NameOf("{number} {name} {answer2}", {"yes", "two dogs"}),
            "000042 IMG 1.v2 two-dogs.JPG");
}

TEST(NameTemplate, RepliesCannotLeaveTheFolder) {
  EXPECT_EQ(NameOf("{caption}", {"../../etc/passwd"}), "etc-passwd.JPG");
  EXPECT_EQ(NameOf("{caption}", {".hidden"}), "hidden.JPG");
  EXPECT_EQ(NameOf("..{caption}", {"a\nb\x01"}), "a-b.JPG");
}

TEST(NameTemplate, NothingSaidIsNoName) {
  EXPECT_EQ(NameOf("{caption}", {""}), "");
  EXPECT_EQ(NameOf("cat {caption}", {"?!"}), "");
}

TEST(NameTemplate, LongNamesAreCutBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\u00e4";
  const std::string name = NameOf("x{caption}{caption}", {umlauts});
  EXPECT_LE(name.size(), kMaxNameBytes + 4);
  // "x", then whole characters of two bytes, then ".JPG".
  EXPECT_EQ(name.size() % 2, 1u);
  EXPECT_TRUE(name.ends_with("\u00e4.JPG"));
}

TEST(NameTemplate, WrongTemplatesSayWhatIsExpected) {
  EXPECT_THAT(NameOf("{captoin}", {""}), HasSubstr("found {captoin}"));
  EXPECT_THAT(NameOf("{answer2}", {""}), HasSubstr("found {answer2}"));
  EXPECT_THAT(NameOf("{answer0}", {""}), HasSubstr("found {answer0}"));
  EXPECT_THAT(NameOf("{answer1x}", {""}), HasSubstr("found {answer1x}"));
  EXPECT_THAT(NameOf("{caption", {""}), HasSubstr("expected '}'"));
  EXPECT_THAT(NameOf("a/{caption}", {""}), HasSubstr("expected neither '/'"));
  EXPECT_THAT(NameOf("}{caption}", {""}), HasSubstr("single '}'"));
  EXPECT_THAT(NameOf("same", {""}), HasSubstr("expected a field"));
}

TEST(NameTemplate, CutAnywhereATemplateIsRightOrWrongButNeverMore) {
  const std::string whole = "{number} {name} {answer1}";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto parsed = NameTemplate::Parse(whole.substr(0, size), 1);
    const bool is_whole = size > 0 && (whole[size - 1] == '}' || whole[size - 1] == ' ');
    EXPECT_EQ(parsed.ok(), is_whole) << whole.substr(0, size);
  }
}

}  // namespace
}  // namespace edgevlm
