#include "server/parse/multipart.h"

#include <gmock/gmock.h>

#include "server/parse/header_value.h"

namespace edgevlm {
namespace {

const std::string kForm =
    "--xy\r\n"
    "Content-Disposition: form-data; name=\"image\"; filename=\"../../etc/a.png\"\r\n"
    "Content-Type: image/png\r\n"
    "\r\n"
    "bytes\r\n--x\r\n of it\r\n"
    "--xy\r\n"
    "content-disposition: form-data; name=prompt\r\n"
    "\r\n"
    "\r\n"
    "--xy--\r\n";

TEST(HeaderParameter, ReadsTokensAndTexts) {
  EXPECT_EQ(HeaderKind(" multipart/form-data ; boundary=x"), "multipart/form-data");
  EXPECT_EQ(HeaderParameter("a; b=c; d=\"e;f\"; g", "B"), "c");
  EXPECT_EQ(HeaderParameter("a; b=c; d=\"e;\\\"f\"", "d"), "e;\"f");
  EXPECT_EQ(HeaderParameter("a; b=c", "d"), std::nullopt);
  EXPECT_EQ(HeaderParameter("a; b=\"c", "b"), std::nullopt);
  EXPECT_EQ(HeaderParameter("a", "b"), std::nullopt);
}

TEST(FormBoundary, IsReadFromTheType) {
  EXPECT_EQ(FormBoundary("multipart/form-data; boundary=xy"), "xy");
  EXPECT_EQ(FormBoundary("Multipart/Form-Data; charset=utf-8; Boundary=\"x y\""), "x y");
  EXPECT_FALSE(FormBoundary("multipart/form-data"));
  EXPECT_FALSE(FormBoundary("multipart/form-data; boundary="));
  EXPECT_FALSE(FormBoundary("multipart/form-data; boundary=" + std::string(71, 'x')));
  EXPECT_FALSE(FormBoundary("application/json; boundary=x"));
}

TEST(ParseForm, ReadsFilesAndFields) {
  const auto parts = ParseForm(kForm, "xy");
  ASSERT_TRUE(parts) << parts.error().message;
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].name, "image");
  EXPECT_TRUE((*parts)[0].is_file);
  EXPECT_EQ((*parts)[0].bytes, "bytes\r\n--x\r\n of it");
  EXPECT_EQ((*parts)[1].name, "prompt");
  EXPECT_FALSE((*parts)[1].is_file);
  EXPECT_EQ((*parts)[1].bytes, "");
}

TEST(ParseForm, CutAnywhereIsRejected) {
  // The line's end behind the last boundary may be missing.
  for (std::size_t size = 0; size + 2 < kForm.size(); ++size) {
    EXPECT_FALSE(ParseForm(std::string_view(kForm).substr(0, size), "xy")) << size;
  }
}

TEST(ParseForm, RejectsWhatIsNone) {
  EXPECT_FALSE(ParseForm("", "xy"));
  EXPECT_FALSE(ParseForm(kForm, "x"));
  EXPECT_FALSE(ParseForm("--xy\r\n\r\nno header\r\n--xy--", "xy"));
  EXPECT_FALSE(ParseForm("--xy\r\nX: y\r\n\r\nno name\r\n--xy--", "xy"));
  EXPECT_FALSE(ParseForm("--xy\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xy--", "xy"));
  EXPECT_FALSE(ParseForm("--xy\r\n" + std::string(kMaxPartHeadBytes, 'x') + "\r\n\r\n", "xy"));
}

TEST(ParseForm, RejectsTooManyParts) {
  std::string form;
  for (std::size_t i = 0; i <= kMaxFormParts; ++i) {
    form += "--xy\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n";
  }
  const auto parts = ParseForm(form + "--xy--", "xy");
  ASSERT_FALSE(parts);
  EXPECT_EQ(parts.error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace edgevlm
