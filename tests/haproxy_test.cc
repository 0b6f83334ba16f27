// HAProxy with the configuration of `edgevlm fleet config`.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "process.h"
#include "program.h"
#include "served.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::string Config(const std::vector<int>& servers, int port) {
  std::vector<std::string> arguments = {"fleet", "config"};
  for (const int server : servers) arguments.push_back("127.0.0.1:" + std::to_string(server));
  arguments.insert(arguments.end(), {"--port", std::to_string(port)});
  const Outcome outcome = RunEdgevlm(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  return outcome.output;
}

// Before servers, which listen already.
class Haproxy {
 public:
  explicit Haproxy(const std::vector<int>& servers)
      : port_(FreePort()),
        process_({"/usr/sbin/haproxy", "-db", "-f",
                  folder_.Write("haproxy.cfg", Config(servers, port_))},
                 folder_.Path("log")) {
    EXPECT_TRUE(Listens(port_)) << ReadWholeFile(folder_.Path("log"));
  }

  HttpReply Post(const std::string& path, const json& body) const {
    Client client(port_);
    client.Send(RequestText("POST", path, "Content-Type: application/json\r\n", body.dump()));
    return client.Receive();
  }

 private:
  const TestFolder folder_;
  const int port_;
  const Process process_;
};

// A server that is healthy and gives one answer to each POST, then closes the connection.
class FakeServer {
 public:
  explicit FakeServer(std::string answer) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, raw, size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    EXPECT_EQ(getsockname(listener_, raw, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~FakeServer() {
    stop_ = true;
    thread_.join();
    close(listener_);
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  int port() const { return port_; }
  int posts() const { return posts_; }

 private:
  void Serve() {
    while (!stop_) {
      pollfd wait = {.fd = listener_, .events = POLLIN, .revents = 0};
      if (poll(&wait, 1, 20) != 1) continue;
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      std::string request(4096, '\0');
      const ssize_t size = recv(connection, request.data(), request.size(), 0);
      const bool is_post = size > 0 && request.starts_with("POST");
      posts_ += is_post ? 1 : 0;
      const std::string text =
          is_post ? answer_ : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      send(connection, text.data(), text.size(), MSG_NOSIGNAL);
      close(connection);
    }
  }

  const std::string answer_;
  const int listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::atomic<int> posts_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST(HaproxyTest, TheConfigurationIsValidAndTheOneOfThePackage) {
  const TestFolder folder;
  const std::string file = folder.Write("haproxy.cfg", Config({8080, 8081}, 8000));
  Process check({"/usr/sbin/haproxy", "-c", "-f", file}, folder.Path("log"));
  EXPECT_EQ(check.Wait(Client::kPatience), 0) << ReadWholeFile(folder.Path("log"));
  EXPECT_THAT(ReadWholeFile(folder.Path("log")), ::testing::Not(HasSubstr("WARNING")));
  EXPECT_EQ(RunEdgevlm({"fleet", "config", "edge1", "edge2", "edge3"}).output,
            ReadWholeFile(SourcePath("packaging/fleet/haproxy.cfg")));
}

TEST(HaproxyTest, WrongHostsAreOneLine) {
  for (const char* host : {"a b", "a\nglobal", "a:0", "a:65536", "a:x", "[::1", ":80", "-x"}) {
    const Outcome outcome = RunEdgevlm({"fleet", "config", "--", host});
    EXPECT_EQ(outcome.exit_code, 1) << host;
    EXPECT_EQ(outcome.ErrorLines(), 1) << outcome.errors;
  }
}

TEST(HaproxyTest, AnImageIdFindsTheServerThatHasTheImage) {
  const ServedEdgevlm first, second;
  const Haproxy haproxy({first.port(), second.port()});
  const json image = {{"image", DataUri(ReadWholeFile(ExampleImage("ducks.png")))}};
  const HttpReply caption = haproxy.Post("/caption", image);
  ASSERT_EQ(caption.status, 200) << caption.body;
  for (int i = 0; i < 8; ++i) {
    // Others in between move the choice of the next server on.
    EXPECT_EQ(haproxy.Post("/caption", {{"image", DataUri(PngImage())}}).status, 200);
    const HttpReply answer =
        haproxy.Post("/vqa", {{"image_id", caption.Json()["image"]["id"]}, {"question", "where?"}});
    EXPECT_EQ(answer.status, 200) << answer.body;
  }
}

TEST(HaproxyTest, AResponseIsContinuedWhereItIsStored) {
  const ServedEdgevlm first, second;
  const Haproxy haproxy({first.port(), second.port()});
  const HttpReply begun = haproxy.Post("/v1/responses", {{"model", "edgevlm"}, {"input", "hello"}});
  ASSERT_EQ(begun.status, 200) << begun.body;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(haproxy.Post("/caption", {{"image", DataUri(PngImage())}}).status, 200);
    const HttpReply next =
        haproxy.Post("/v1/responses", {{"model", "edgevlm"},
                                       {"input", "and now?"},
                                       {"previous_response_id", begun.Json()["id"]}});
    EXPECT_EQ(next.status, 200) << next.body;
  }
}

TEST(HaproxyTest, AServerThatDiesTakesNoRequestWithIt) {
  auto first = std::make_unique<ServedEdgevlm>();
  const ServedEdgevlm second;
  const Haproxy haproxy({first->port(), second.port()});
  const json image = {{"image", DataUri(PngImage())}};
  EXPECT_EQ(haproxy.Post("/caption", image).status, 200);
  first.reset();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(haproxy.Post("/caption", image).status, 200);
}

TEST(HaproxyTest, ARequestThatHasBegunToAnswerIsNotRepeated) {
  const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
  const FakeServer first(half), second(half);
  const Haproxy haproxy({first.port(), second.port()});
  EXPECT_FALSE(haproxy.Post("/caption", {}).is_whole);
  EXPECT_EQ(first.posts() + second.posts(), 1);
}

TEST(HaproxyTest, ARequestWithoutAnyAnswerIsRepeatedElsewhere) {
  const FakeServer silent("");
  const FakeServer good("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  const Haproxy haproxy({silent.port(), good.port()});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(haproxy.Post("/caption", {}).status, 200);
  EXPECT_GT(silent.posts(), 0);
  EXPECT_EQ(good.posts(), 4);
}

}  // namespace
}  // namespace edgevlm
