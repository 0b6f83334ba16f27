#include "served.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/ascii.h"

namespace edgevlm {
namespace {

// The headers in `head`, after the status line.
std::map<std::string, std::string> HeadersOf(const std::string& head) {
  std::map<std::string, std::string> headers;
  for (std::size_t begin = head.find("\r\n") + 2; begin < head.size();) {
    const std::size_t end = head.find("\r\n", begin);
    const std::size_t colon = head.find(": ", begin);
    if (end == begin || colon == std::string::npos) break;
    headers[ToLowerAscii(head.substr(begin, colon - begin))] =
        head.substr(colon + 2, end - colon - 2);
    begin = end + 2;
  }
  return headers;
}

}  // namespace

Client::Client(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

Client::~Client() {
  if (socket_ >= 0) close(socket_);
}

Client::Client(Client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), read_(std::move(other.read_)) {}

bool Client::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd wait = {.fd = socket_, .events = POLLOUT, .revents = 0};
    if (poll(&wait, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) != 1) {
      return false;
    }
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Client::ReadMore() {
  pollfd wait = {.fd = socket_, .events = POLLIN, .revents = 0};
  if (poll(&wait, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) != 1) {
    return false;
  }
  std::array<char, 65536> chunk;
  const ssize_t size = recv(socket_, chunk.data(), chunk.size(), 0);
  if (size <= 0) return false;
  read_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

std::string Client::Read(std::size_t size) {
  while (read_.size() < size && ReadMore()) {
  }
  std::string bytes = read_.substr(0, size);
  read_.erase(0, bytes.size());
  return bytes;
}

std::string Client::ReadUntil(std::string_view end) {
  std::size_t found;
  while ((found = read_.find(end)) == std::string::npos && ReadMore()) {
  }
  return Read(found == std::string::npos ? read_.size() : found + end.size());
}

HttpReply Client::Receive() {
  const std::string head = ReadUntil("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n")) return {};
  HttpReply reply = {.status = std::atoi(head.c_str() + 9), .headers = HeadersOf(head)};
  if (reply.headers.contains("content-length")) {
    const auto size = std::stoul(reply.headers["content-length"]);
    reply.body = Read(size);
    reply.is_whole = reply.body.size() == size;
  } else if (reply.headers.contains("transfer-encoding")) {
    while (true) {
      const std::string line = ReadUntil("\r\n");
      if (!line.ends_with("\r\n")) break;
      const auto size = std::stoul("0" + line.substr(0, line.size() - 2), nullptr, 16);
      const std::string chunk = Read(size + 2);
      if (chunk.size() != size + 2) break;
      reply.body += chunk.substr(0, size);
      reply.is_whole = size == 0;
      if (size == 0) break;
    }
  } else {
    reply.is_whole = reply.status == 204 || reply.status == 101;
  }
  return reply;
}

bool Client::IsClosedWithin(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd wait = {.fd = socket_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) != 1) return false;
    std::array<char, 65536> chunk;
    if (recv(socket_, chunk.data(), chunk.size(), 0) <= 0) return true;
  }
}

void Client::ShutDown() { shutdown(socket_, SHUT_WR); }

void Client::Reset() {
  const linger now = {.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(std::exchange(socket_, -1));
}

std::string RequestText(std::string_view method, std::string_view path, std::string_view headers,
                        std::string_view body) {
  std::string text(method);
  text.append(" ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
  if (!body.empty()) {
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  return text.append("\r\n").append(body);
}

ServedEdgevlm::ServedEdgevlm(std::vector<std::string> arguments, unsigned files)
    : errors_(std::tmpfile()) {
  const char* binary = std::getenv("EDGEVLM_BINARY");
  if (binary == nullptr) {
    ADD_FAILURE() << "EDGEVLM_BINARY is not set; run this through ctest";
    return;
  }
  arguments.insert(arguments.begin(), {binary, "serve", "--port", "0"});
  std::array<int, 2> out;
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  process_ = fork();
  if (process_ == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(fileno(errors_), STDERR_FILENO);
    const rlimit limit = {.rlim_cur = files, .rlim_max = files};
    if (files > 0) setrlimit(RLIMIT_NOFILE, &limit);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  std::string line;
  for (char c = 0; c != '\n' && read(out[0], &c, 1) == 1;) line += c;
  close(out[0]);
  const std::size_t colon = line.rfind(':');
  if (colon == std::string::npos) {
    ADD_FAILURE() << "the server did not start";
    return;
  }
  port_ = std::atoi(line.c_str() + colon + 1);
}

ServedEdgevlm::~ServedEdgevlm() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  // Above all, the report of a sanitizer.
  if (::testing::Test::HasFailure()) std::fputs(Errors().c_str(), stderr);
  std::fclose(errors_);
}

std::string ServedEdgevlm::Errors() const {
  std::string text(1 << 16, '\0');
  const ssize_t size = pread(fileno(errors_), text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return text;
}

HttpReply ServedEdgevlm::Request(std::string_view method, std::string_view path,
                                 std::string_view headers, std::string_view body) const {
  Client client = Connect();
  client.Send(RequestText(method, path, headers, body));
  return client.Receive();
}

HttpReply ServedEdgevlm::Post(std::string_view path, const nlohmann::json& body) const {
  return Request("POST", path, "Content-Type: application/json\r\n", body.dump());
}

void ServedEdgevlm::Signal(int signal) const {
  // To kill, -1 is every process of the machine.
  ASSERT_GT(process_, 0) << "the server is not running";
  kill(process_, signal);
}

std::optional<int> ServedEdgevlm::ExitCode(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) == process_) {
      process_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return std::nullopt;
}

bool Becomes(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + Client::kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::string Base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kDigits[group >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

std::string DataUri(std::string_view bytes) { return "data:image/x;base64," + Base64(bytes); }

}  // namespace edgevlm
