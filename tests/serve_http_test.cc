// edgevlm serve with malformed HTTP and misbehaving clients.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <thread>
#include <vector>

#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr const char* kHost = "Host: localhost\r\n";

// With short time limits, so that tests can wait for them.
class ServeHttpTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new ServedEdgevlm({"--header-seconds", "1", "--body-seconds", "1", "--write-seconds",
                                 "1", "--idle-seconds", "1"});
  }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  void TearDown() override { EXPECT_EQ(server().Get("/health/live").status, 200); }

  // The status of the response to these bytes, after which the connection must close.
  static int StatusOf(const std::string& bytes) {
    Client client = server().Connect();
    client.Send(bytes);
    const HttpReply reply = client.Receive();
    EXPECT_TRUE(client.IsClosedWithin(5s)) << bytes.substr(0, 200);
    return reply.status;
  }

  static std::string Post(const std::string& headers, const std::string& body) {
    return "POST /caption HTTP/1.1\r\n" + std::string(kHost) + headers + "\r\n" + body;
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeHttpTest::server_ = nullptr;

TEST_F(ServeHttpTest, RejectsEndlessChunks) {  // 1
  EXPECT_EQ(StatusOf(Post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n")), 408);
  const ServedEdgevlm small({"--body-mib", "1"});
  Client client = small.Connect();
  client.Send(Post("Transfer-Encoding: chunked\r\n", ""));
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  for (int i = 0; i < 100 && client.Send(chunk); ++i) {
  }
  EXPECT_EQ(client.Receive().status, 413);
}

TEST_F(ServeHttpTest, RejectsWrongChunkSizes) {  // 2
  for (const char* size : {"-2", "FFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFFF", "zz", "0x5", ""}) {
    EXPECT_THAT(
        StatusOf(Post("Transfer-Encoding: chunked\r\n", size + std::string("\r\nhello\r\n"))),
        AnyOf(400, 408, 413))
        << size;
  }
}

TEST_F(ServeHttpTest, ClosesOnATruncatedBody) {  // 3
  EXPECT_EQ(StatusOf(Post("Content-Length: 100\r\n", "{}")), 408);
  Client client = server().Connect();
  client.Send(Post("Content-Length: 100\r\n", "{}"));
  client.ShutDown();
  EXPECT_TRUE(client.IsClosedWithin(1s));
}

TEST_F(ServeHttpTest, RejectsLengthAndChunksTogether) {  // 4
  EXPECT_EQ(StatusOf(Post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "{}")), 400);
  EXPECT_EQ(StatusOf(Post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "{}")), 400);
}

TEST_F(ServeHttpTest, RejectsTwoLengths) {  // 5
  EXPECT_EQ(StatusOf(Post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}")), 400);
  for (const char* length : {"-1", "1e3", "99999999999999999999", "0x10", " "}) {
    EXPECT_EQ(StatusOf(Post("Content-Length: " + std::string(length) + "\r\n", "{}")), 400)
        << length;
  }
  // Rejected before it is sent.
  EXPECT_EQ(StatusOf(Post("Content-Length: 9999999999\r\n", "")), 413);
}

TEST_F(ServeHttpTest, RejectsTooManyHeaders) {  // 6
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n" + many + "\r\n"), 431);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'y') + "\r\n\r\n"), 431);
}

TEST_F(ServeHttpTest, RejectsControlCharactersInHeaders) {  // 7
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a\r\nX: a" + std::string(1, '\0') + "b\r\n\r\n"),
            400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a\r\n X\r\nY Z: 1\r\n\r\n"), 400);
  // Percent-encoded ones are ordinary characters.
  Client client = server().Connect();
  client.Send("GET /%0d%0aX:%20y%00 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 404);
}

TEST_F(ServeHttpTest, ClosesSlowHeadersAndBodies) {  // 8
  Client half = server().Connect();
  half.Send("GET / HT");
  Client drip = server().Connect();
  const auto begin = std::chrono::steady_clock::now();
  bool open = true;
  while (open && std::chrono::steady_clock::now() - begin < 5s) {
    open = drip.Send("G") && !drip.IsClosedWithin(100ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
  EXPECT_EQ(half.Receive().status, 408);
  EXPECT_TRUE(half.IsClosedWithin(5s));
}

TEST_F(ServeHttpTest, ClosesAClientThatDoesNotRead) {  // 8
  std::vector<Client> lazy;
  for (int i = 0; i < 8; ++i) {
    lazy.push_back(server().Connect());
    for (int j = 0; j < 200; ++j) lazy.back().Send(RequestText("GET", "/openapi.json"));
  }
  EXPECT_EQ(server().Get("/health/live").status, 200);
}

TEST_F(ServeHttpTest, EvictsIdleConnections) {  // 9
  const ServedEdgevlm few({"--connections", "50"});
  std::vector<Client> idle;
  for (int i = 0; i < 200; ++i) {
    idle.push_back(few.Connect());
    if (i % 2 == 0) idle.back().Send("GET / HTTP/1.1\r\nX: ");
  }
  EXPECT_EQ(few.Get("/health/live").status, 200);
}

TEST_F(ServeHttpTest, ADisconnectFreesTheSlot) {  // 10
  const ServedEdgevlm one({"--running", "1", "--waiting", "1"});
  const std::string body = json{{"image", Base64(PpmImage())}, {"stream", true}}.dump();
  for (int i = 0; i < 20; ++i) {
    Client running = one.Connect();
    Client waiting = one.Connect();
    running.Send(RequestText("POST", "/caption", {}, body));
    waiting.Send(RequestText("POST", "/caption", {}, body));
    if (i % 2 == 0) running.ReadUntil("\r\n\r\n");
    if (i % 3 == 0) {
      running.Reset();
      waiting.Reset();
    }
  }
  // The last request may not be in the queue yet.
  EXPECT_TRUE(Becomes([&] {
    return one.Post("/caption", {{"image", Base64(PpmImage())}}).status == 200;
  }));
  EXPECT_TRUE(Becomes([&] {
    return one.Get("/health").Json()["queue"] == json({{"running", 0}, {"waiting", 0}});
  }));
}

TEST_F(ServeHttpTest, ReportsAFullQueue) {
  const ServedEdgevlm one({"--running", "1", "--waiting", "0"});
  const std::string body = json{{"image", Base64(PpmImage())}}.dump();
  int rejected = 0;
  std::vector<Client> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(one.Connect());
    clients.back().Send(RequestText("POST", "/caption", {}, body));
  }
  for (Client& client : clients) {
    const HttpReply reply = client.Receive();
    EXPECT_THAT(reply.status, AnyOf(200, 503));
    if (reply.status != 503) continue;
    ++rejected;
    EXPECT_EQ(reply.headers.at("retry-after"), "2");
    EXPECT_EQ(reply.Json()["error"]["code"], "queue_full");
  }
  EXPECT_GT(rejected, 0);
}

TEST_F(ServeHttpTest, CancelsForAHalfClosedConnection) {  // 11
  Client client = server().Connect();
  client.Send(RequestText("GET", "/health/live"));
  client.ShutDown();
  EXPECT_THAT(client.Receive().status, AnyOf(200, 0));
}

TEST_F(ServeHttpTest, RejectsCompressedBodies) {  // 13
  EXPECT_EQ(StatusOf(Post("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}")), 415);
}

TEST_F(ServeHttpTest, RejectsWrongMethodsPathsAndTypes) {  // 14
  EXPECT_EQ(server().Request("DELETE", "/caption").status, 405);
  EXPECT_EQ(server().Request("GET", "/caption").headers.at("allow"), "POST");
  EXPECT_EQ(server().Request("FROBNICATE", "/nowhere").status, 404);
  EXPECT_EQ(server().Get("/nowhere").Json()["error"]["code"], "not_found");
  EXPECT_EQ(StatusOf("GET /" + std::string(65'536, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 431);
  EXPECT_EQ(
      server().Request("POST", "/caption", "Content-Type: application/xml\r\n", "<a/>").status,
      415);
  EXPECT_EQ(server().Request("GET", "/health", "Content-Length: 3\r\n").status, 413);
  EXPECT_EQ(StatusOf("hello\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)), 400);  // TLS
  EXPECT_EQ(StatusOf("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 400);
}

TEST_F(ServeHttpTest, SurvivesWritesToDisconnectedClients) {  // 15
  const std::string body = json{{"image", Base64(PpmImage())}, {"stream", true}}.dump();
  for (int i = 0; i < 50; ++i) {
    Client client = server().Connect();
    client.Send(RequestText("POST", "/caption", {}, body));
    client.Reset();
  }
}

TEST_F(ServeHttpTest, ClosesIdleConnections) {
  Client client = server().Connect();
  EXPECT_TRUE(client.IsClosedWithin(5s));
}

}  // namespace
}  // namespace edgevlm
