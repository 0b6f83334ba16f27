// Clients of edgevlm serve that disconnect early: their slot is freed, whatever the state of their
// request (10). Tests only that it is freed before the reply would end, which takes seconds.
#include <gmock/gmock.h>

#include <optional>
#include <thread>

#include "long_reply.h"
#include "served.h"
#include "socket_client.h"

namespace edgevlm {
namespace {

using nlohmann::json;

class ServeLeavingTest : public ::testing::Test {
 protected:
  json Queue() const { return server_.Get("/health").Json()["queue"]; }
  bool IsRunning(int requests) const { return Queue()["running"] == requests; }
  double Cancelled() const {
    const json metrics = server_.Get("/metrics").Json()["metrics"];
    if (!metrics.contains("edgevlm_cancelled_total")) return 0;
    return metrics["edgevlm_cancelled_total"][0]["value"];
  }
  // The slot is free and the request was cancelled.
  void ExpectCancelled(int requests) const {
    EXPECT_TRUE(Becomes([&] { return Cancelled() == requests; })) << Cancelled();
    EXPECT_EQ(Queue(), json({{"running", 0}, {"waiting", 0}}));
  }

  const ServedEdgevlm server_{SlowServer({"--running", "1", "--waiting", "4"})};
};

TEST_F(ServeLeavingTest, WhileAStreamIsDecoded) {
  Client client = server_.Connect();
  client.Send(LongChat(true));
  client.ReadUntil("delta\":{\"content\":\"");
  client.Reset();
  ExpectCancelled(1);
}

TEST_F(ServeLeavingTest, WhileAWholeReplyIsGenerated) {
  Client client = server_.Connect();
  client.Send(LongChat(false));
  ASSERT_TRUE(Becomes([&] { return IsRunning(1); }));
  client.Reset();
  ExpectCancelled(1);
}

TEST_F(ServeLeavingTest, ByShutdownWhileAWholeReplyIsGenerated) {
  {
    Client client = server_.Connect();
    client.Send(LongChat(false));
    ASSERT_TRUE(Becomes([&] { return IsRunning(1); }));
  }
  ExpectCancelled(1);
}

TEST_F(ServeLeavingTest, WhileItWaitsInTheQueue) {
  Client running = server_.Connect();
  running.Send(LongChat(true));
  running.ReadUntil("delta\":{\"content\":\"");
  Client waiting = server_.Connect();
  waiting.Send(LongChat(false));
  ASSERT_TRUE(Becomes([&] { return Queue()["waiting"] == 1; }));
  waiting.Reset();
  EXPECT_TRUE(Becomes([&] { return Cancelled() == 1; }));
  EXPECT_EQ(Queue(), json({{"running", 1}, {"waiting", 0}}));
}

// More bytes than the server reads while it answers.
TEST_F(ServeLeavingTest, WithUnreadPipelinedBytes) {
  std::optional<Client> client(server_.Connect());
  client->Send(LongChat(false));
  ASSERT_TRUE(Becomes([&] { return IsRunning(1); }));
  client->Send(std::string(300'000, 'x'));
  client.reset();
  ExpectCancelled(1);
}

TEST_F(ServeLeavingTest, FromAWebSocket) {
  SocketClient client(server_.port());
  client.Send(LongMessage());
  client.ReceiveUntil("chunk");
  client.Send(LongMessage());  // one more waits
  client.Reset();
  ExpectCancelled(1);
}

// Encoding the image takes longer than the test.
TEST_F(ServeLeavingTest, WhileItsImageIsEncoded) {
  SocketClient client(server_.port());
  client.Send(LongMessage());
  ASSERT_TRUE(Becomes([&] { return IsRunning(1); }));
  client.Reset();
  ExpectCancelled(1);
}

}  // namespace
}  // namespace edgevlm
