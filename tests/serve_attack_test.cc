// edgevlm serve under attack: request smuggling, wrong hosts, resource exhaustion.
#include <gmock/gmock.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;

class ServeAttackTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm({"--body-seconds", "2"}); }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  void TearDown() override { EXPECT_EQ(server().Get("/health/live").status, 200); }

  // The only response to these bytes, after which the connection must close.
  static int OnlyStatusOf(const std::string& bytes) {
    Client client = server().Connect();
    client.Send(bytes);
    const int status = client.Receive().status;
    EXPECT_EQ(client.ReadUntil("HTTP/1.1 "), "") << bytes.substr(0, 200);
    return status;
  }

  static HttpReply Form(const json& schema) {
    return server().Post(
        "/caption",
        {{"image", Base64(PpmImage())},
         {"max_tokens", 16},
         {"response_format", {{"type", "json_schema"}, {"json_schema", {{"schema", schema}}}}}});
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeAttackTest::server_ = nullptr;

// Bytes that a proxy in front could parse as another request.
TEST_F(ServeAttackTest, RejectsSmuggledRequests) {
  const std::string hidden = "0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string begin = "POST /caption HTTP/1.1\r\nHost: localhost\r\n";
  for (const char* coding :
       {"xchunked", "chunked, identity", "identity", "gzip, chunked", "",
        "chunked\r\nTransfer-Encoding: identity", "\013chunked", "chunked;q=1", "\"chunked\""}) {
    const std::string head = begin + "Transfer-Encoding: " + coding + "\r\n";
    EXPECT_THAT(OnlyStatusOf(head + "\r\n" + hidden), AnyOf(400, 501)) << coding;
    EXPECT_THAT(OnlyStatusOf(head + "Content-Length: 5\r\n\r\n" + hidden), AnyOf(400, 501))
        << coding;
  }
  for (const char* line :
       {"Transfer-Encoding : chunked", "Content-Length : 5", "Content-Length: +5",
        "Content-Length: 5, 6", "Content-Length: 5 5", "Content-Length: 5\nX: y", ": x",
        "Content-Length: 0x5", "Content-Length: 5\r\nContent-Length: 6"}) {
    EXPECT_EQ(OnlyStatusOf(begin + line + "\r\n\r\n" + hidden), 400) << line;
  }
  EXPECT_EQ(OnlyStatusOf("POST /caption HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden),
            400);
}

TEST_F(ServeAttackTest, RejectsWrongHosts) {
  EXPECT_EQ(OnlyStatusOf("GET /health HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(OnlyStatusOf("GET /health HTTP/1.1\r\nHost: localhost\r\nHost: a\r\n\r\n"), 400);
  const auto status = [&](const std::string& head) {
    Client client = server().Connect();
    client.Send(head + "\r\n\r\n");
    return client.Receive().status;
  };
  for (const char* host : {"localhost, evil.example", "evil.example", "localhost@evil.example",
                           "evil.example#localhost", "localhost.", "127.0.0.1.nip.io"}) {
    EXPECT_EQ(status("GET /health HTTP/1.1\r\nHost: " + std::string(host)), 421) << host;
  }
  // The host of a target in absolute form takes precedence.
  EXPECT_EQ(status("GET http://localhost/health HTTP/1.1\r\nHost: evil.example"), 200);
  EXPECT_EQ(status("GET http://evil.example/health HTTP/1.1\r\nHost: localhost"), 421);
  EXPECT_EQ(status("GET http://localhost HTTP/1.1\r\nHost: localhost"), 200);
}

TEST_F(ServeAttackTest, RejectsOtherProtocols) {
  EXPECT_EQ(OnlyStatusOf("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 400);
  EXPECT_EQ(OnlyStatusOf(std::string("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", 11) +
                         std::string(200, '\x7f') + "\r\n\r\n"),
            400);
  EXPECT_EQ(OnlyStatusOf("SSH-2.0-OpenSSH_9.2\r\n\r\n"), 400);
  EXPECT_EQ(OnlyStatusOf("GET /health\r\n\r\n"), 400);
  EXPECT_EQ(
      server().Request("GET", "/health/live", "Connection: Upgrade\r\nUpgrade: h2c\r\n").status,
      200);
}

TEST_F(ServeAttackTest, RejectsOtherMethodsOnAllPaths) {
  EXPECT_EQ(server().Request("OPTIONS", "*").status, 204);
  EXPECT_EQ(server().Request("CONNECT", "localhost:80").status, 404);
  EXPECT_EQ(server().Request("TRACE", "/health").status, 405);
  const json paths = server().Get("/openapi.json").Json()["paths"];
  for (const auto& [path, methods] : paths.items()) {
    if (path == "/ws" || path == "/profile" || path.find('{') != std::string::npos) continue;
    Client client = server().Connect();
    client.Send(RequestText("HEAD", path, "Connection: close\r\n"));
    const std::string head = client.ReadUntil("\r\n\r\n");
    EXPECT_THAT(head, HasSubstr(methods.contains("get") ? " 200 " : " 405 ")) << path;
    EXPECT_EQ(client.ReadUntil("x"), "") << path;
  }
  // Ranges are not supported, which is allowed.
  EXPECT_EQ(server().Request("GET", "/openapi.json", "Range: bytes=0-0\r\n").status, 200);
}

TEST_F(ServeAttackTest, ClosesBodiesThatNeverArrive) {
  const std::string head = "POST /caption HTTP/1.1\r\nHost: localhost\r\n";
  Client client = server().Connect();
  client.Send(head + "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), HasSubstr("100 Continue"));
  EXPECT_EQ(client.Receive().status, 408);
  // One that is too large is rejected before "100 Continue".
  EXPECT_EQ(OnlyStatusOf(head + "Expect: 100-continue\r\nContent-Length: 9999999999\r\n\r\n"), 413);
  EXPECT_EQ(OnlyStatusOf(head + "Expect: magic\r\nContent-Length: 2\r\n\r\n{}"), 417);
}

// Trailers of a chunked body are not headers of the request.
TEST_F(ServeAttackTest, IgnoresTrailers) {
  const std::string body = "{\"image\": \"" + Base64("hello") + "\"}";
  std::array<char, 16> size;
  std::snprintf(size.data(), size.size(), "%zx", body.size());
  Client client = server().Connect();
  client.Send(std::string("POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                          "application/json\r\nTransfer-Encoding: chunked\r\n\r\n") +
              size.data() + "\r\n" + body +
              "\r\n0\r\nContent-Type: multipart/form-data; boundary=x\r\nHost: evil\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 415);  // for the image, so the body was read
  client.Send(RequestText("GET", "/health/live"));
  EXPECT_EQ(client.Receive().status, 200);
}

TEST_F(ServeAttackTest, RejectsEndlessChunkHeaders) {
  Client client = server().Connect();
  client.Send("POST /caption HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;");
  const std::string extension(65'536, 'x');
  for (int i = 0; i < 200 && client.Send(extension); ++i) {
  }
  EXPECT_THAT(client.Receive().status, AnyOf(400, 0));
}

// Slow bodies reserve no memory: 64 of them announce 2 GiB.
TEST_F(ServeAttackTest, AnnouncedBodiesReserveNoMemory) {
  std::vector<Client> slow;
  for (int i = 0; i < 64; ++i) {
    slow.push_back(server().Connect());
    slow.back().Send(
        "POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Length: 33000000\r\n\r\n{");
  }
  EXPECT_EQ(server().Post("/caption", {{"image", Base64(PpmImage())}}).status, 200);
}

// A client that pipelines requests without reading: 5,000 responses would be 400 MB.
TEST_F(ServeAttackTest, StopsAnsweringAClientThatDoesNotRead) {
  const auto anonymous = [&] {
    return server().Get("/health").Json()["system"]["anonymous_bytes"].get<double>();
  };
  const double before = anonymous();
  Client lazy = server().Connect();
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += RequestText("GET", "/openapi.json");
  lazy.Send(requests);
  for (int i = 0; i < 20; ++i) EXPECT_LT(anonymous() - before, 20e6);
  // It gets all of them once it reads.
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(lazy.Receive().is_whole) << i;
}

TEST_F(ServeAttackTest, RejectsJsonThatGrowsInMemory) {
  std::string many = "{\"x\":[0";
  for (int i = 0; i < 5'000'000; ++i) many += ",[]";
  EXPECT_EQ(server().Request("POST", "/caption", "", many + "]}").status, 413);
  const std::string digits(100'000, '7');
  EXPECT_EQ(server().Request("POST", "/caption", "", "{\"max_tokens\":" + digits + "}").status,
            400);
  EXPECT_EQ(server().Request("POST", "/caption", "", "{\"max_tokens\":0." + digits + "}").status,
            400);
  const std::string form = "--x\r\nContent-Disposition: form-data; name=\"seed\"\r\n\r\n" +
                           std::string(5'000'000, '[') + "\r\n--x--\r\n";
  EXPECT_EQ(
      server()
          .Request("POST", "/caption", "Content-Type: multipart/form-data; boundary=x\r\n", form)
          .status,
      400);
}

TEST_F(ServeAttackTest, RejectsSchemasThatGrow) {
  EXPECT_EQ(Form({{"enum", std::vector<std::string>(10'000, "a")}}).status, 400);
  EXPECT_EQ(Form({{"const", std::string(1'000'000, 'a')}}).status, 400);
  EXPECT_EQ(Form({{"type", std::vector<std::string>(100'000, "null")}}).status, 400);
  EXPECT_EQ(Form({{"$ref", "#"}}).status, 400);
  json deep = {{"type", "integer"}};
  for (int i = 0; i < 13; ++i) deep = {{"anyOf", {deep, deep}}};
  EXPECT_EQ(Form(deep).status, 400);
  // 200 alternatives that are lists of themselves: 200^n derivations after n brackets.
  json ways = json::array();
  for (int i = 0; i < 200; ++i) ways.push_back({{"type", "array"}, {"items", {{"$ref", "#"}}}});
  EXPECT_EQ(Form({{"anyOf", ways}}).status, 200);
  // The largest allowed number of values.
  std::vector<std::string> values;
  for (int i = 0; i < 4000; ++i) values.push_back("value " + std::to_string(i));
  EXPECT_EQ(Form({{"enum", values}}).status, 200);
}

TEST_F(ServeAttackTest, ChecksFieldsAtTheirLimits) {
  const auto status = [&](const json& more) {
    json body = {{"image", Base64(PpmImage())}, {"max_tokens", 4}};
    body.update(more);
    return server().Post("/caption", body).status;
  };
  EXPECT_EQ(status({{"seed", INT64_MAX}}), 200);
  EXPECT_EQ(status({{"seed", INT64_MIN}}), 200);
  EXPECT_EQ(status({{"seed", UINT64_MAX}}), 400);
  EXPECT_EQ(status({{"seed", 0.5}}), 400);
  EXPECT_EQ(status({{"stop", std::vector<std::string>(16, std::string(256, 's'))}}), 200);
  EXPECT_EQ(status({{"stop", std::vector<std::string>(17, "s")}}), 400);
  EXPECT_EQ(status({{"stop", std::string(257, 's')}}), 400);
  EXPECT_EQ(status({{"temperature", 100}, {"top_k", 1}, {"min_p", 1}, {"top_p", 1}}), 200);
  EXPECT_EQ(status({{"max_tokens", 4096}, {"prompt", "   "}}), 200);
}

// Each client costs a file descriptor, and there are few (9).
TEST(ServeExhaustionTest, SurvivesTooFewFileDescriptors) {
  if (IsSanitized()) {
    GTEST_SKIP() << "the sanitizer of undefined behavior needs free files to look at memory";
  }
  const ServedEdgevlm few({}, 64);
  std::vector<Client> idle;
  for (int i = 0; i < 200; ++i) idle.push_back(few.Connect());
  EXPECT_EQ(few.Get("/health/live").status, 200);
  EXPECT_EQ(few.Post("/caption", {{"image", Base64(PpmImage())}}).status, 200);
}

// An image that several requests send at once is encoded once (45).
TEST_F(ServeAttackTest, EncodesAnImageOfConcurrentRequestsOnce) {
  const auto misses = [&] {
    return server()
        .Get("/metrics")
        .Json()["metrics"]
        .value("edgevlm_image_cache_misses_total", 0.0);
  };
  const double before = misses();
  const std::string image = "P6 60 60 255\n" + std::string(60 * 60 * 3, 'm');
  const std::string body = json{{"image", Base64(image)}}.dump();
  std::vector<Client> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(server().Connect());
    clients.back().Send(RequestText("POST", "/caption", {}, body));
  }
  for (Client& client : clients) EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(misses(), before + 1);
}

// Also while images are encoded and looked up (76).
TEST_F(ServeAttackTest, CachesMayBeClearedDuringUse) {
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(server().Connect());
    clients.back().Send(
        RequestText("POST", "/caption", {}, json{{"image", Base64(PpmImage())}}.dump()));
    EXPECT_EQ(server().Post("/clear-cache", json::object()).status, 200);
  }
  for (Client& client : clients) EXPECT_EQ(client.Receive().status, 200);
}

}  // namespace
}  // namespace edgevlm
