// Images in requests to edgevlm serve: invalid, too large, cached, or given as URLs.
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

class ServeImageTest : public ::testing::Test {
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
ServedEdgevlm* ServeImageTest::server_ = nullptr;

TEST_F(ServeImageTest, RejectsWhatIsNoImage) {  // 32
  for (const json& none : {json(""), json("data:image/png;base64,"), json(5), json::object()}) {
    EXPECT_EQ(Caption(none).status, 400) << none;
  }
  EXPECT_EQ(server().Post("/caption", json::object()).status, 400);
}

TEST_F(ServeImageTest, RejectsDecompressionBombs) {  // 33, 34
  const HttpReply reply = CaptionBytes(GiantPng());
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.Json()["error"]["message"].get<std::string>(), HasSubstr("60000 x 60000"));
}

TEST_F(ServeImageTest, RejectsTruncatedImages) {  // 35
  const std::string png = PngImage();
  constexpr std::size_t kBehindPixels = 16;  // a checksum, the end mark
  for (std::size_t size = 1; size + kBehindPixels < png.size(); size += 7) {
    EXPECT_THAT(CaptionBytes(png.substr(0, size)).status, AnyOf(400, 415)) << size;
  }
  const std::string ppm = PpmImage();
  EXPECT_EQ(CaptionBytes(ppm.substr(0, ppm.size() / 2)).status, 400);
}

TEST_F(ServeImageTest, AcceptsAMissingEndMark) {
  const std::string jpeg = ReadWholeFile(DataPath("no_end_mark.jpg"));
  const HttpReply reply = CaptionBytes(jpeg);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Json()["caption"],
            "a purple star, a display that reads 2 1 7 1 and an orange star");
  EXPECT_EQ(CaptionBytes(jpeg.substr(0, jpeg.size() - 2)).status, 400);
}

TEST_F(ServeImageTest, RejectsOtherFormats) {  // 40
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
  EXPECT_THAT(CaptionBytes("<!DOCTYPE html><html>").Json()["error"]["message"].get<std::string>(),
              HasSubstr("found a web page (HTML"));
}

TEST_F(ServeImageTest, TheBytesDetermineTheFormat) {  // 41
  EXPECT_EQ(Caption("data:image/jpeg;base64," + Base64(PpmImage())).status, 200);
  EXPECT_EQ(Caption("data:text/html;charset=utf-8;base64," + Base64(PpmImage())).status, 200);
}

// The built-in model uses only the last image, so the reply reports that one.
TEST_F(ServeImageTest, AReplyReportsTheImageThatWasUsed) {
  const std::string first = PngImage(), second = PpmImage();
  const json alone = CaptionBytes(second).Json();
  const auto part = [](const std::string& bytes) {
    return "--xx\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n" +
           bytes + "\r\n";
  };
  const HttpReply form =
      server().Request("POST", "/caption", "Content-Type: multipart/form-data; boundary=xx\r\n",
                       part(first) + part(second) + "--xx--\r\n");
  const HttpReply list = server().Post("/caption", {{"images", {Base64(first), Base64(second)}}});
  const HttpReply held =
      server().Post("/caption", {{"image", Base64(first)}, {"image_id", alone["image"]["id"]}});
  for (const HttpReply& reply : {form, list, held}) {
    ASSERT_EQ(reply.status, 200) << reply.body;
    const json both = reply.Json();
    EXPECT_EQ(both["caption"], alone["caption"]);
    EXPECT_EQ(both["image"]["id"], alone["image"]["id"]);
    EXPECT_EQ(both["image"]["width"], 96);
    EXPECT_EQ(both["image"]["tokens"], alone["image"]["tokens"]);
    EXPECT_EQ(both["image_tokens"], alone["image_tokens"]);
    EXPECT_EQ(both["usage"]["prompt_tokens"], alone["usage"]["prompt_tokens"]);
    ASSERT_EQ(both["images"].size(), 2u);
    EXPECT_EQ(both["images"][0]["tokens"], 0);
  }
}

// After an image was sent once, its id is enough (29).
TEST_F(ServeImageTest, AnImageCanBeReferredToByItsId) {
  const std::string file = "P6 40 20 255\n" + std::string(40 * 20 * 3, 'k');
  const json first = CaptionBytes(file).Json();
  const json& image = first["image"];
  EXPECT_EQ(image["cache"], "miss");
  EXPECT_EQ(image["width"], 40);
  EXPECT_EQ(image["height"], 20);
  EXPECT_GT(image["tokens"], 0);
  EXPECT_EQ(image["id"].get<std::string>().size(), 64u);
  const json again = server().Post("/caption", {{"image_id", image["id"]}}).Json();
  EXPECT_EQ(again["caption"], first["caption"]);
  json hit = image;
  hit["cache"] = "hit";
  EXPECT_EQ(again["image"], hit);
  EXPECT_EQ(CaptionBytes(file).Json()["image"], hit);
  const json question = {{"image_id", image["id"]}, {"question", "what is this?"}};
  EXPECT_EQ(server().Post("/vqa", question).Json()["image"], hit);
}

TEST_F(ServeImageTest, RejectsUnknownIds) {
  const auto rejected = [&](const std::string& id) {
    const HttpReply reply = server().Post("/caption", {{"image_id", id}});
    EXPECT_EQ(reply.Json()["error"]["param"], "image_id");
    return reply;
  };
  const HttpReply unknown = rejected(std::string(64, '0'));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.Json()["error"]["code"], "image_not_cached");
  for (const std::string& wrong : {std::string("x"), std::string(64, 'A'), std::string(65, '0'),
                                   std::string("../../etc/passwd")}) {
    EXPECT_EQ(rejected(wrong).status, 400) << wrong;
  }
  EXPECT_EQ(server().Post("/caption", {{"image_id", 5}}).status, 400);
  const std::string id = CaptionBytes(PpmImage()).Json()["image"]["id"];
  EXPECT_EQ(server().Post("/clear-cache", json::object()).status, 200);
  EXPECT_EQ(rejected(id).status, 404);
}

// Clients with different keys share no images, neither by id nor by content.
TEST(ServeScopeTest, KeysShareNoImages) {
  const TestFolder folder;
  const ServedEdgevlm server(
      {"--keys-file", folder.Write("keys", "sixteen-or-more-1\nsixteen-or-more-2\n")});
  const auto caption = [&](const char* key, const json& body) {
    return server.Request("POST", "/caption", std::string("X-Api-Key: ") + key + "\r\n",
                          body.dump());
  };
  const json image = {{"image", Base64(PpmImage())}};
  const json id = {{"image_id", caption("sixteen-or-more-1", image).Json()["image"]["id"]}};
  EXPECT_EQ(caption("sixteen-or-more-1", id).status, 200);
  EXPECT_EQ(caption("sixteen-or-more-2", id).status, 404);
  EXPECT_EQ(caption("sixteen-or-more-2", image).Json()["image"]["cache"], "miss");
  EXPECT_EQ(caption("sixteen-or-more-2", id).status, 200);
}

// Without a cache every image is encoded again (76).
TEST(ServeScopeTest, WithoutACacheThereAreNoIds) {
  const ServedEdgevlm server({"--image-cache-mib", "0"});
  const json image = {{"image", Base64(PpmImage())}};
  const json first = server.Post("/caption", image).Json();
  EXPECT_EQ(server.Post("/caption", image).Json()["image"]["cache"], "miss");
  EXPECT_EQ(server.Post("/caption", {{"image_id", first["image"]["id"]}}).status, 404);
}

TEST_F(ServeImageTest, AcceptsTheVariantsOfBase64) {  // 42
  std::string text = Base64(PpmImage());
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

TEST_F(ServeImageTest, DoesNotFetchUrls) {  // 46 to 51
  for (const char* address :
       {"http://127.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/meta-data",
        "http://2130706433/", "https://example.org/a.png", "file:///etc/passwd", "file://../a",
        "gopher://a/", "ftp://a/", "http://user:pass@host/", "https://a:22/"}) {
    const HttpReply reply = Caption(address);
    EXPECT_EQ(reply.status, 400) << address;
    EXPECT_THAT(reply.body, Not(HasSubstr("root:"))) << address;
  }
}

TEST_F(ServeImageTest, ErrorsContainNoPathsAndNoAddresses) {
  for (const std::string& bytes : {std::string("hello"), GiantPng(), PngImage().substr(0, 40)}) {
    const std::string body = CaptionBytes(bytes).body;
    EXPECT_THAT(body, Not(HasSubstr("0x")));
    EXPECT_THAT(body, Not(HasSubstr(".cc")));
    EXPECT_THAT(body, Not(HasSubstr("/src")));
  }
}

TEST_F(ServeImageTest, QuestionsMayHaveAnyCaseAndPunctuation) {
  const std::string ducks = Base64(ReadWholeFile(ExampleImage("ducks.png")));
  for (const char* typed :
       {"how many ducks are there?", "\u201CHow many DUCKS\n are there\u201D"}) {
    const json message = {{"role", "user"}, {"content", typed}, {"images", {ducks}}};
    const json body = {{"model", "edgevlm"}, {"stream", false}, {"messages", {message}}};
    const HttpReply reply = server().Post("/api/chat", body);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.Json()["message"]["content"], "three") << typed;
  }
}

// A model that takes images of any size, and an image of 9 x 5 tokens.
class ServeImageTokensTest : public ::testing::Test {
 protected:
  static std::string InFamilies(const std::string& name) { return DataPath("families/" + name); }

  HttpReply Vqa(json body) const {
    body["question"] = "what is it?";
    body["max_tokens"] = 3;
    if (!body.contains("image_id")) body["image"] = image_;
    return server_.Post("/vqa", body);
  }

  const ServedEdgevlm server_{{"-m", InFamilies("qwen2vl-text.gguf"), "--mmproj",
                               InFamilies("qwen2vl-mmproj.gguf"), "--image-max-tokens", "120",
                               "--chat-template", "chatml"}};
  const std::string image_ = Base64(ReadWholeFile(InFamilies("prep.png")));
};

TEST_F(ServeImageTokensTest, AreLimitedByEachRequest) {
  const json usual = Vqa({}).Json();
  EXPECT_EQ(usual["image_tokens"], 9 * 5);
  const json fewer = Vqa({{"image_max_tokens", 40}}).Json();
  EXPECT_EQ(fewer["image_tokens"], 8 * 4);
  EXPECT_EQ(fewer["image"]["cache"], "miss") << "of the same file, but encoded otherwise";
  EXPECT_EQ(Vqa({{"image_max_tokens", 40}}).Json()["image"]["cache"], "hit");
  EXPECT_EQ(Vqa({{"image_min_tokens", 90}}).Json()["image_tokens"], 13 * 8);
  const json id = usual["image"]["id"];
  EXPECT_EQ(Vqa({{"image_id", id}}).Json()["image_tokens"], 9 * 5);
  EXPECT_EQ(Vqa({{"image_id", id}, {"image_max_tokens", 40}}).Json()["image_tokens"], 8 * 4);
  EXPECT_EQ(Vqa({{"image_id", id}, {"image_max_tokens", 20}}).status, 404) << "never encoded so";
}

TEST_F(ServeImageTokensTest, AreLimitedInEveryApi) {
  const std::string uri = "data:image/png;base64," + image_;
  const json part = {{"type", "image_url"}, {"image_url", {{"url", uri}}}};
  const json message = {{"role", "user"}, {"content", json::array({part})}};
  json body = {{"messages", {message}}, {"max_tokens", 2}};
  const auto tokens = [&] {
    const int counted =
        server_.Post("/v1/chat/completions/input_tokens", body).Json()["input_tokens"];
    EXPECT_EQ(server_.Post("/v1/chat/completions", body).Json()["usage"]["prompt_tokens"], counted);
    return counted;
  };
  const int usual = tokens();
  body["image_max_tokens"] = 40;
  EXPECT_EQ(tokens(), usual - 9 * 5 + 8 * 4);
  const json asked = {{"role", "user"}, {"content", "what?"}, {"images", {image_}}};
  const json ollama = {{"model", "qwen2vl-text"},
                       {"stream", false},
                       {"options", {{"image_max_tokens", 40}, {"num_predict", 2}}},
                       {"messages", {asked}}};
  const HttpReply reply = server_.Post("/api/chat", ollama);
  EXPECT_EQ(reply.status, 200) << reply.body;
}

TEST_F(ServeImageTokensTest, OverTheServersLimitAreRejected) {
  const HttpReply most = Vqa({{"image_max_tokens", 121}});
  EXPECT_EQ(most.status, 400);
  EXPECT_EQ(most.Json()["error"]["message"], "image_max_tokens: expected at most 120, found 121");
  EXPECT_EQ(Vqa({{"image_min_tokens", 50}, {"image_max_tokens", 49}}).status, 400);
  EXPECT_EQ(Vqa({{"image_max_tokens", 0}}).status, 400);
  EXPECT_EQ(Vqa({{"image_max_tokens", "many"}}).status, 400);
}

// A camera's event is a request with an image per second of it.
TEST_F(ServeImageTokensTest, AreWhatLimitsTheNumberOfImages) {
  const auto ask = [&](int images) {
    const json part = {{"type", "image_url"}, {"image_url", {{"url", DataUri(PngImage())}}}};
    json parts = std::vector<json>(static_cast<std::size_t>(images), part);
    parts.push_back({{"type", "text"}, {"text", "what?"}});
    return server_.Post("/v1/chat/completions",
                        {{"messages", {{{"role", "user"}, {"content", parts}}}},
                         {"image_max_tokens", 8},
                         {"max_tokens", 2}});
  };
  const HttpReply reply = ask(60);
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_GT(reply.Json()["usage"]["prompt_tokens"], 60);
  const HttpReply most = ask(1000);
  EXPECT_EQ(most.status, 400);
  EXPECT_EQ(most.Json()["error"]["code"], "context_length_exceeded") << most.body;
}

// The built-in model has 100 tokens for every image.
TEST_F(ServeImageTest, LimitsThatAModelCannotKeepToAreRejected) {
  const auto caption = [](const char* limit, int tokens) {
    return server().Post("/caption", {{"image", Base64(PpmImage())}, {limit, tokens}}).status;
  };
  EXPECT_EQ(caption("image_max_tokens", 1), 400);
  EXPECT_EQ(caption("image_min_tokens", 1 << 20), 400);
  EXPECT_EQ(caption("image_max_tokens", 1 << 20), 200);
}

}  // namespace
}  // namespace edgevlm
