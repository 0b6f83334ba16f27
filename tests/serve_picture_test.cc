// edgevlm serve against pictures that are none, too large, or somewhere else.
#include <gmock/gmock.h>

#include <thread>
#include <vector>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ServePictureTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm; }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  void TearDown() override { EXPECT_EQ(server().Get("/health/live").status, 200); }

  static HttpReply Caption(const json& image) {
    return server().Post("/caption", {{"image", image}});
  }
  static HttpReply CaptionBytes(const std::string& bytes) { return Caption(Base64(bytes)); }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServePictureTest::server_ = nullptr;

TEST_F(ServePictureTest, NoPicture) {  // 32
  for (const json& none : {json(""), json("data:image/png;base64,"), json(5), json::object()}) {
    EXPECT_EQ(Caption(none).status, 400) << none;
  }
  EXPECT_EQ(server().Post("/caption", json::object()).status, 400);
}

TEST_F(ServePictureTest, Bombs) {  // 33, 34
  const HttpReply reply = CaptionBytes(GiantPng());
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.Json()["error"]["message"].get<std::string>(), HasSubstr("60000 x 60000"));
}

TEST_F(ServePictureTest, CutPictures) {  // 35
  const std::string png = PngPicture();
  for (std::size_t size = 1; size < png.size(); size += 7) {
    EXPECT_THAT(CaptionBytes(png.substr(0, size)).status, AnyOf(400, 415)) << size;
  }
  const std::string ppm = PpmPicture();
  EXPECT_EQ(CaptionBytes(ppm.substr(0, ppm.size() / 2)).status, 400);
}

TEST_F(ServePictureTest, OtherFormats) {  // 40
  const std::string kinds[] = {"<svg xmlns='http://www.w3.org/2000/svg'/>",
                               "%PDF-1.7",
                               std::string("II*\0\x08\0\0\0", 8),
                               "GIF89a",
                               std::string("\0\0\x01\0\x01\0", 6),
                               std::string("\0\0\0\x18"
                                           "ftypheic",
                                           12),
                               "hello"};
  for (const std::string& kind : kinds) EXPECT_EQ(CaptionBytes(kind).status, 415) << kind;
}

TEST_F(ServePictureTest, BytesTellTheFormat) {  // 41
  EXPECT_EQ(Caption("data:image/jpeg;base64," + Base64(PpmPicture())).status, 200);
  EXPECT_EQ(Caption("data:text/html;charset=utf-8;base64," + Base64(PpmPicture())).status, 200);
}

TEST_F(ServePictureTest, Base64AsItIsWritten) {  // 42
  std::string text = Base64(PpmPicture());
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  while (text.ends_with('=')) text.pop_back();
  EXPECT_EQ(Caption(text).status, 200);
  text.insert(100, "\r\n");
  EXPECT_EQ(Caption(text).status, 200);
  EXPECT_EQ(Caption("!!!" + text).status, 400);
  EXPECT_EQ(Caption("data:image/png," + text).status, 400);
  EXPECT_EQ(Caption("data:image/png").status, 400);
}

TEST_F(ServePictureTest, AddressesAreNotFetched) {  // 46 to 51
  for (const char* address :
       {"http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data",
        "http://2130706433/", "https://example.org/a.png", "file:///etc/passwd", "file://../a",
        "gopher://a/", "ftp://a/", "http://user:pass@host/", "https://a:22/"}) {
    const HttpReply reply = Caption(address);
    EXPECT_EQ(reply.status, 400) << address;
    EXPECT_THAT(reply.body, Not(HasSubstr("root:"))) << address;
  }
}

TEST_F(ServePictureTest, ErrorsTellNoPathsAndNoAddresses) {
  for (const std::string& bytes : {std::string("hello"), GiantPng(), PngPicture().substr(0, 40)}) {
    const std::string body = CaptionBytes(bytes).body;
    EXPECT_THAT(body, Not(HasSubstr("0x")));
    EXPECT_THAT(body, Not(HasSubstr(".cc")));
    EXPECT_THAT(body, Not(HasSubstr("/src")));
  }
}

}  // namespace
}  // namespace edgevlm
