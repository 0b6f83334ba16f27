// WebSockets of edgevlm serve (RFC 6455), valid and invalid ones.
#include <gmock/gmock.h>

#include "long_reply.h"
#include "program.h"
#include "served.h"
#include "socket_client.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr int kSwitching = 101;
constexpr int kProtocolError = 1002, kWrongKind = 1003, kNoUnicode = 1007, kPolicy = 1008,
              kTooLarge = 1009;

class ServeWebSocketTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new ServedEdgevlm({"--body-mib", "1"}); }
  static void TearDownTestSuite() { delete server_; }
  static const ServedEdgevlm& server() { return *server_; }

  void TearDown() override { EXPECT_EQ(server().Get("/health/live").status, 200); }

  static std::string Caption() {
    return json{{"type", "caption"}, {"image", Base64(PpmImage())}}.dump();
  }

  // The code with which the server closes a connection that sent these bytes.
  static int CodeAfter(const std::string& bytes) {
    SocketClient client(server().port());
    client.SendBytes(bytes);
    return client.CloseCode();
  }

 private:
  static ServedEdgevlm* server_;
};
ServedEdgevlm* ServeWebSocketTest::server_ = nullptr;

TEST_F(ServeWebSocketTest, AnswersEachMessageInTurn) {
  SocketClient client(server().port());
  ASSERT_EQ(client.status(), kSwitching);
  for (int i = 0; i < 3; ++i) client.Send(Caption());
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client.ReceiveUntil("[DONE]"), HasSubstr("completed"));
  // Also after some had to wait.
  client.Send("{");
  EXPECT_THAT(client.ReceiveUntil("error"), HasSubstr("expected JSON"));
  client.Send(R"({"type": "paint"})");
  EXPECT_THAT(client.ReceiveUntil("error"), HasSubstr("caption or vqa"));
}

TEST_F(ServeWebSocketTest, AcceptsFragmentedMessages) {
  SocketClient client(server().port());
  const std::string message = Caption();
  client.SendBytes(FrameText(message.substr(0, 5), {.is_last = false}));
  client.SendBytes(FrameText("", {.kind = kPingFrame}));
  client.SendBytes(FrameText(message.substr(5), {.kind = kContinuationFrame}));
  EXPECT_EQ(client.Receive().kind, kPongFrame);
  EXPECT_THAT(client.ReceiveUntil("[DONE]"), HasSubstr("completed"));
}

// Elsewhere an upgrade is ignored: /health needs no key.
TEST_F(ServeWebSocketTest, RejectsUpgradesOnOtherPaths) {
  const TestFolder folder;
  const ServedEdgevlm guarded({"--keys-file", folder.Write("keys", "sixteen-or-more-1\n")});
  EXPECT_EQ(SocketClient(guarded.port()).status(), 401);
  EXPECT_EQ(SocketClient(guarded.port(), "/health").status(), 200);
  EXPECT_EQ(SocketClient(guarded.port(), "/caption").status(), 401);
  EXPECT_EQ(SocketClient(guarded.port(), "/ws", "X-Api-Key: sixteen-or-more-1\r\n").status(),
            kSwitching);
  EXPECT_EQ(SocketClient(server().port(), "/ws", "Origin: https://evil.example\r\n").status(), 403);
  EXPECT_EQ(server().Get("/ws").status, 426);
}

TEST_F(ServeWebSocketTest, RejectsWrongUpgrades) {
  const auto status = [&](const std::string& headers, const std::string& behind = "") {
    Client client = server().Connect();
    client.Send("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n" +
                ("Upgrade: websocket\r\n" + headers) + "\r\n" + behind);
    return client.Receive().status;
  };
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  EXPECT_EQ(status(key + version), kSwitching);
  EXPECT_EQ(status(version), 400);
  EXPECT_THAT(status(key), AnyOf(400, 426));
  EXPECT_THAT(status(key + "Sec-WebSocket-Version: 7\r\n"), AnyOf(400, 426));
  EXPECT_EQ(status(key + version + "Content-Length: 5\r\n", "hello"), 400);
  EXPECT_EQ(status(key + version, "GET /health HTTP/1.1\r\n"), 400);
}

TEST_F(ServeWebSocketTest, RejectsWrongFrames) {
  EXPECT_EQ(CodeAfter(FrameText("{}", {.is_masked = false})), kProtocolError);
  EXPECT_EQ(CodeAfter(FrameText("{}", {.kind = 3})), kProtocolError);
  EXPECT_EQ(CodeAfter(FrameText("{}", {.kind = kContinuationFrame})), kProtocolError);
  EXPECT_EQ(CodeAfter(FrameText(std::string(126, 'p'), {.kind = kPingFrame})), kProtocolError);
  EXPECT_EQ(CodeAfter(FrameText("p", {.kind = kPingFrame, .is_last = false})), kProtocolError);
  EXPECT_EQ(CodeAfter(FrameText("\xff\xfe")), kNoUnicode);
  EXPECT_EQ(CodeAfter(FrameText("{}", {.kind = kBinaryFrame})), kWrongKind);
  EXPECT_EQ(CodeAfter(FrameText("{", {.is_last = false}) + FrameText("}")), kProtocolError);
}

TEST_F(ServeWebSocketTest, RejectsTooLargeMessages) {
  EXPECT_EQ(CodeAfter(FrameText("{", {.announced_bytes = 1'000'000'000})), kTooLarge);
  EXPECT_EQ(CodeAfter(FrameText("{", {.announced_bytes = ~0ULL >> 1})), kTooLarge);
  std::string pieces = FrameText(std::string(600'000, ' '), {.is_last = false});
  pieces += FrameText(std::string(600'000, ' '), {.kind = kContinuationFrame});
  EXPECT_EQ(CodeAfter(pieces), kTooLarge);
}

TEST_F(ServeWebSocketTest, RejectsTooManyMessages) {
  const ServedEdgevlm slow(SlowServer());
  SocketClient client(slow.port());
  client.Send(LongMessage());
  client.ReceiveUntil("chunk");
  for (int i = 0; i < 20; ++i) client.Send("{}");
  EXPECT_EQ(client.CloseCode(), kPolicy);
  // Its requests are cancelled.
  EXPECT_TRUE(Becomes([&] { return slow.Get("/health").Json()["queue"]["running"] == 0; }));
}

// A message that does not end in time.
TEST_F(ServeWebSocketTest, ClosesOnSlowMessages) {
  const ServedEdgevlm strict({"--body-seconds", "1"});
  SocketClient client(strict.port());
  client.SendBytes(FrameText("{", {.is_last = false}));
  EXPECT_EQ(client.CloseCode(), kNoCode);
}

}  // namespace
}  // namespace edgevlm
