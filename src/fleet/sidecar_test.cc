#include "fleet/sidecar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fleet/testing/texts.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SidecarTest : public ::testing::Test {
 protected:
  SidecarTest() {
    image_ = ::testing::TempDir() + "sidecar_" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".jpg";
    std::filesystem::remove(SidecarPath(image_));
  }
  ~SidecarTest() override { std::filesystem::remove(SidecarPath(image_)); }

  std::string image_;
};

TEST(SidecarXml, TextIsEscaped) {
  const std::string xml = SidecarXml({.text = "<a> & \"b\"\n\x01\u00e4"});
  EXPECT_THAT(xml, HasSubstr("<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">"
                             "&lt;a&gt; &amp; &quot;b&quot;&#10;\u00e4</rdf:li>"));
  EXPECT_THAT(xml, Not(HasSubstr("Iptc4xmpCore")));
}

TEST(SidecarXml, IptcFieldsAreThereWhenAskedFor) {
  const std::string xml =
      SidecarXml({.text = "a cat", .has_iptc = true, .writer = "EdgeVLM, \"x\""});
  EXPECT_THAT(xml, HasSubstr("<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li "
                             "xml:lang=\"x-default\">a cat<"));
  EXPECT_THAT(xml, HasSubstr("photoshop:CaptionWriter=\"EdgeVLM, &quot;x&quot;\""));
}

TEST_F(SidecarTest, OursAreReplaced) {
  EXPECT_EQ(*WriteSidecar(image_, {.text = "one"}), SidecarResult::kWritten);
  EXPECT_EQ(*WriteSidecar(image_, {.text = "two"}), SidecarResult::kWritten);
  EXPECT_EQ(ReadText(SidecarPath(image_)), SidecarXml({.text = "two"}));
}

TEST_F(SidecarTest, ThoseOfOtherProgramsAreKept) {
  std::ofstream(SidecarPath(image_)) << "<x:xmpmeta x:xmptk=\"XMP Core 4.4.0-Exiv2\">";
  EXPECT_EQ(*WriteSidecar(image_, {.text = "one"}), SidecarResult::kKept);
  EXPECT_THAT(ReadText(SidecarPath(image_)), HasSubstr("Exiv2"));
}

TEST_F(SidecarTest, FailuresNameTheFile) {
  const auto written = WriteSidecar("no such folder/a.jpg", {.text = "one"});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("no such folder/a.jpg.xmp"));
}

}  // namespace
}  // namespace edgevlm
