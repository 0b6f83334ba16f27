// edgevlm serve: embeddings of texts and images.
#include <gmock/gmock.h>

#include <cstring>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class ServeEmbeddingsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm; }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  static json Embed(const std::string& path, const json& body) {
    const HttpReply reply = server().Post(path, body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.Json();
  }
  static double Product(const json& a, const json& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i].get<double>() * b[i].get<double>();
    return sum;
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeEmbeddingsTest::server_ = nullptr;

TEST_F(ServeEmbeddingsTest, EveryApiGivesTheSameVectors) {
  const json openai = Embed("/v1/embeddings", {{"input", {"two ducks", "a trophy"}}});
  ASSERT_EQ(openai["data"].size(), 2u);
  const json ducks = openai["data"][0]["embedding"];
  EXPECT_NEAR(Product(ducks, ducks), 1, 1e-6);
  EXPECT_LT(Product(ducks, openai["data"][1]["embedding"]), 0.999);
  EXPECT_GT(openai["usage"]["prompt_tokens"], 2);
  EXPECT_EQ(Embed("/v1/embeddings", {{"input", "two ducks"}})["data"][0]["embedding"], ducks);
  EXPECT_EQ(Embed("/api/embed", {{"input", {"two ducks", "a"}}})["embeddings"][0], ducks);
  EXPECT_EQ(Embed("/api/embeddings", {{"prompt", "two ducks"}})["embedding"], ducks);
  EXPECT_EQ(Embed("/embedding", {{"content", "two ducks"}})[0]["embedding"][0], ducks);
  EXPECT_EQ(Embed("/embeddings", {{"input", {"two ducks"}}})[0]["embedding"][0], ducks);
  EXPECT_EQ(Embed("/api/embeddings", {{"prompt", ""}})["embedding"], json::array());
  EXPECT_EQ(Embed("/api/embed", {{"input", json::array()}})["embeddings"], json::array());
}

TEST_F(ServeEmbeddingsTest, Base64HasTheBytesOfTheFloats) {
  const json numbers = Embed("/v1/embeddings", {{"input", "a"}})["data"][0]["embedding"];
  std::vector<float> floats;
  for (const json& number : numbers) floats.push_back(number.get<float>());
  std::string bytes(floats.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), floats.data(), bytes.size());
  EXPECT_EQ(Embed("/v1/embeddings",
                  {{"input", "a"}, {"encoding_format", "base64"}})["data"][0]["embedding"],
            Base64(bytes));
}

TEST_F(ServeEmbeddingsTest, ImagesStandAtTheirMarkers) {
  const auto embed = [](const std::string& text) {
    const json input = {{"prompt_string", text}, {"multimodal_data", {Base64(PpmImage())}}};
    return Embed("/embeddings", {{"content", {input}}})[0]["embedding"][0];
  };
  EXPECT_NE(embed("<__media__>\n"), embed("\n<__media__>"));
  const HttpReply reply =
      server().Post("/embeddings", {{"content", {{"prompt_string", "<__media__>"}}}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.Json()["error"]["param"], "content.multimodal_data");
}

TEST_F(ServeEmbeddingsTest, RejectsWhatItCannotEmbed) {
  const auto rejected = [](const std::string& path, const json& body, int status = 400) {
    const HttpReply reply = server().Post(path, body);
    EXPECT_EQ(reply.status, status) << body << reply.body;
    EXPECT_TRUE(reply.Json().contains("error")) << reply.body;
  };
  for (const json& wrong :
       {json::object(), json{{"input", 1}}, json{{"input", {1, 2}}}, json{{"input", ""}},
        json{{"input", {{1}}}}, json{{"input", "a"}, {"dimensions", 7}},
        json{{"input", "a"}, {"encoding_format", "ubinary"}},
        json{{"input", "a"}, {"embd_normalize", 0}},
        json{{"input", std::vector<std::string>(1025, "a")}},
        json{{"input", std::string(100'000, 'a')}}, json{{"input", std::string(1 << 21, 'a')}},
        json{{"input", {{{"prompt_string", "a"}, {"multimodal_data", {"!"}}}}}}}) {
    rejected("/v1/embeddings", wrong);
  }
  rejected("/v1/embeddings", {{"input", "a"}, {"model", "gpt-4"}}, 404);
  rejected("/api/embed", {{"input", std::string(100'000, 'a')}, {"truncate", false}});
  EXPECT_EQ(server().Post("/api/embed", {{"input", std::string(100'000, 'a')}}).status, 200);
}

TEST_F(ServeEmbeddingsTest, RepliesGoOnMeanwhile) {
  Client client = server().Connect();
  const json body = {{"input", std::vector<std::string>(40, std::string(100, 'a'))}};
  ASSERT_TRUE(client.Send(
      RequestText("POST", "/v1/embeddings", "Content-Type: application/json\r\n", body.dump())));
  EXPECT_EQ(server().Get("/health").status, 200);
  EXPECT_EQ(server().Post("/v1/completions", {{"prompt", "a"}, {"max_tokens", 2}}).status, 200);
  const HttpReply reply = client.Receive();
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.Json()["data"].size(), 40u);
}

}  // namespace
}  // namespace edgevlm
