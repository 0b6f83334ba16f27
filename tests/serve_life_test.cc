// The life cycle of edgevlm serve: signals, files, ports.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "long_reply.h"
#include "program.h"
#include "served.h"
#include "socket_client.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;

TEST(ServeLife, SigtermEndsAfterTheRepliesUnderWay) {
  ServedEdgevlm server;
  Client client = server.Connect();
  const json body = {{"image", Base64(PpmImage())}, {"stream", true}};
  client.Send(RequestText("POST", "/caption", {}, body.dump()));
  client.ReadUntil("data: ");
  server.Signal(SIGTERM);
  EXPECT_THAT(client.ReadUntil("0\r\n\r\n"), HasSubstr("[DONE]"));
  EXPECT_EQ(server.ExitCode(5s), 0);
}

TEST(ServeLife, SighupReloadsTheFile) {
  const TestFolder folder;
  const std::string keys = folder.Write("keys", "sixteen-or-more-1\n");
  const std::string config =
      folder.Write("c.yaml", "limits:\n  reply_tokens: 8\nserver:\n  keys_file: " + keys + "\n");
  const ServedEdgevlm server({"--config", config});
  const auto status = [&](const char* key) {
    return server.Request("GET", "/", std::string("X-Api-Key: ") + key + "\r\n").status;
  };
  const auto becomes = [&](const char* key, int expected) {
    for (int i = 0; i < 500 && status(key) != expected; ++i) std::this_thread::sleep_for(10ms);
    return status(key) == expected;
  };
  EXPECT_EQ(status("sixteen-or-more-1"), 200);
  folder.Write("keys", "sixteen-or-more-2\n");
  server.Signal(SIGHUP);
  EXPECT_TRUE(becomes("sixteen-or-more-2", 200));
  EXPECT_EQ(status("sixteen-or-more-1"), 401);
  // A broken file changes nothing and is reported in one line.
  const auto lines = [&] {
    const std::string errors = server.Errors();
    return std::ranges::count(errors, '\n');
  };
  ASSERT_TRUE(Becomes([&] { return lines() == 1; })) << server.Errors();
  for (const char* broken : {"limits:\n  reply_tokns: 8\n", "limits: [\n", "\tserver: 1\n",
                             "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", ""}) {
    folder.Write("c.yaml", broken);
    const auto before = lines();
    server.Signal(SIGHUP);
    EXPECT_TRUE(Becomes([&] { return lines() == before + 1; })) << broken << server.Errors();
    if (*broken == '\0') break;  // a valid one: nothing is set, not even keys
    EXPECT_THAT(server.Errors(), HasSubstr("not reloaded: "));
    EXPECT_EQ(status("sixteen-or-more-2"), 200) << broken;
    EXPECT_EQ(status("sixteen-or-more-1"), 401) << broken;
  }
}

TEST(ServeLife, CheckReportsWhatIsWrong) {
  const TestFolder folder;
  EXPECT_EQ(RunEdgevlm({"serve", "--check"}).exit_code, 0);
  const std::string good = folder.Write("good.yaml", "server:\n  port: 81\n");
  EXPECT_EQ(RunEdgevlm({"serve", "--config", good, "--check"}).exit_code, 0);
  const std::string bad = folder.Write("bad.yaml", "server:\n  prt: 81\n");
  const Outcome outcome = RunEdgevlm({"serve", "--config", bad, "--check"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.errors, HasSubstr("bad.yaml:2: server.prt: there is no such key"));
  EXPECT_EQ(outcome.ErrorLines(), 1);
}

// Everything that would make the server fail at startup.
TEST(ServeLife, CheckStartsAllButTheServer) {
  const TestFolder folder;
  const std::string broken = folder.Write("broken.gguf", "GGUF");
  const std::vector<std::vector<std::string>> wrong = {
      {"-m", folder.Path("nosuch.gguf")},
      {"-m", broken},
      {"-m", "nosuch"},
      {"--host", "example.org"},
      {"--host", "192.0.2.1"},  // reserved for documentation (RFC 5737)
      {"--chat-template", "nosuch", "-m", ModelPath()},
      {"--speculate", folder.Path("nosuch.gguf")},
      {"--speculate", broken},
      {"--mmproj", folder.Path("nosuch.gguf"), "-m", ModelPath()},
      {"--preset", "nosuch"},
      {"--keys-file", folder.Path("nosuch")},
      {"--keep-tokens", "100000"},
  };
  for (const std::vector<std::string>& options : wrong) {
    std::vector<std::string> arguments = {"serve", "--port", "0"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome served = RunEdgevlm(arguments);
    arguments.emplace_back("--check");
    const Outcome checked = RunEdgevlm(arguments);
    EXPECT_NE(checked.exit_code, 0) << options.front();
    EXPECT_EQ(checked.exit_code, served.exit_code) << options.front();
    EXPECT_EQ(checked.errors, served.errors);
    EXPECT_EQ(checked.ErrorLines(), 1) << checked.errors;
    EXPECT_EQ(checked.output, "");
  }
  // The options of a running server can be checked.
  const ServedEdgevlm server;
  EXPECT_EQ(RunEdgevlm({"serve", "--check", "--port", std::to_string(server.port())}).exit_code, 0);
}

TEST(ServeLife, APortInUseIsAnError) {
  const ServedEdgevlm server;
  const Outcome outcome = RunEdgevlm({"serve", "--port", std::to_string(server.port())});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("cannot be listened on"));
}

TEST(ServeLife, HistoryIsWritten) {
  const TestFolder folder;
  const std::string path = folder.Path("history.jsonl");
  const ServedEdgevlm server({"--history-file", path, "--history-seconds", "1"});
  for (int i = 0; i < 400; ++i) {
    std::ifstream file(path);
    std::string line;
    if (std::getline(file, line)) {
      EXPECT_EQ(json::parse(line)["model"], "edgevlm");
      return;
    }
    std::this_thread::sleep_for(10ms);
  }
  ADD_FAILURE() << "no line was written";
}

// Streams continue to their end; new requests get 503 with Retry-After (75).
TEST(ServeLife, RejectsNewWorkWhileDraining) {
  ServedEdgevlm server(SlowServer({"--drain-seconds", "600"}));
  Client client = server.Connect();
  Client other = server.Connect();
  SocketClient socket(server.port());
  other.Send(RequestText("GET", "/health/live"));
  EXPECT_EQ(other.Receive().status, 200);
  socket.Send(LongMessage(20));
  client.Send(LongChat(true, 150));
  client.ReadUntil("delta");
  // Half a request before the signal, the other half after it.
  const std::string late = LongChat(false);
  other.Send(late.substr(0, late.size() / 2));
  ASSERT_EQ(server.Get("/health/ready").status, 200);  // the first halves have been read
  Client idle = server.Connect();
  idle.Send(RequestText("GET", "/health/live"));
  EXPECT_EQ(idle.Receive().status, 200);
  server.Signal(SIGTERM);
  EXPECT_TRUE(idle.IsClosedWithin(Client::kPatience));  // so the signal has arrived
  other.Send(late.substr(late.size() / 2));
  const HttpReply rejected = other.Receive();
  EXPECT_EQ(rejected.status, 503);
  EXPECT_EQ(rejected.headers.at("retry-after"), "10");
  EXPECT_EQ(rejected.Json()["error"]["code"], "draining");
  socket.Send(R"({"type": "caption"})");
  EXPECT_THAT(socket.ReceiveUntil("[DONE]"), HasSubstr("completed"));
  EXPECT_THAT(client.ReadUntil("0\r\n\r\n"), HasSubstr("[DONE]"));
  EXPECT_EQ(server.ExitCode(20s), 0);
}

TEST(ServeLife, DrainingHasATimeLimit) {
  ServedEdgevlm server(SlowServer({"--drain-seconds", "0"}));
  Client client = server.Connect();
  client.Send(LongChat(true));
  client.ReadUntil("delta");
  server.Signal(SIGTERM);
  EXPECT_EQ(server.ExitCode(20s), 0);
  EXPECT_THAT(server.Errors(), HasSubstr("--drain-seconds is over"));
}

// A second signal means that the user does not want to wait.
TEST(ServeLife, ASecondSigtermEndsAtOnce) {
  ServedEdgevlm server(SlowServer({"--drain-seconds", "600"}));
  std::vector<Client> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(server.Connect());
    clients.back().Send(LongChat(true));
  }
  clients.front().ReadUntil("delta");
  EXPECT_TRUE(Becomes([&] {
    server.Signal(SIGTERM);
    std::this_thread::sleep_for(20ms);
    return server.Errors().find("asked twice") != std::string::npos;
  }));
  EXPECT_EQ(server.ExitCode(20s), 0);
}

TEST(ServeLife, TwoServersShareOneFile) {
  const ServedEdgevlm one({"-m", ModelPath()});
  const ServedEdgevlm two({"-m", ModelPath()});
  const json body = {{"image", Base64(PpmImage())}};
  EXPECT_EQ(one.Post("/caption", body).Json()["caption"],
            two.Post("/caption", body).Json()["caption"]);
}

// A history that cannot be written does not stop the server (71).
TEST(ServeLife, SurvivesAFullDisk) {
  const ServedEdgevlm server({"--history-file", "/dev/full", "--history-seconds", "1"});
  EXPECT_TRUE(Becomes([&] { return !server.Errors().empty(); }));
  EXPECT_EQ(server.Get("/health").status, 200);
}

}  // namespace
}  // namespace edgevlm
