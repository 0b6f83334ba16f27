// HttpServer: a local HTTP server for tests of downloads. Sends the handler's bytes unchecked,
// valid or not.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/ascii.h"
#include "base/check.h"

namespace edgevlm {

struct ServerRequest {
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case

  std::string Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct ServerAnswer {
  std::string bytes;  // with status line and headers
  // Afterwards, wait until the client disconnects instead of closing.
  bool stalls = false;
};

// Answers one connection at a time, with one response each, on a thread of its own.
class HttpServer {
 public:
  using Handler = std::function<ServerAnswer(const ServerRequest&)>;

  explicit HttpServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* name = reinterpret_cast<sockaddr*>(&address);
    CHECK(bind(listener_, name, sizeof(address)) == 0);
    CHECK(listen(listener_, 8) == 0);
    socklen_t size = sizeof(address);
    CHECK(getsockname(listener_, name, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }

  ~HttpServer() {
    shutdown(listener_, SHUT_RDWR);  // wakes accept
    thread_.join();
    close(listener_);
  }

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string Url(const std::string& path = "/model.gguf") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  std::vector<ServerRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void Serve() {
    while (true) {
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      const ServerRequest request = Parse(ReadHead(client));
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const ServerAnswer answer = handler_(request);
      std::size_t sent = 0;
      while (sent < answer.bytes.size()) {
        const ssize_t count =
            send(client, answer.bytes.data() + sent, answer.bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
      }
      if (!answer.stalls) shutdown(client, SHUT_WR);
      std::array<char, 256> rest;
      while (recv(client, rest.data(), rest.size(), 0) > 0) {
      }
      close(client);
    }
  }

  static std::string ReadHead(int client) {
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && recv(client, &c, 1, 0) == 1) head += c;
    return head;
  }

  static ServerRequest Parse(const std::string& head) {
    ServerRequest request;
    const auto path = head.find(' ') + 1;
    request.path = head.substr(path, head.find(' ', path) - path);
    for (auto line = head.find("\r\n"); line != std::string::npos;) {
      const auto begin = line + 2;
      line = head.find("\r\n", begin);
      const auto colon = head.find(": ", begin);
      if (line == std::string::npos || colon == std::string::npos || colon > line) continue;
      const std::string_view name = std::string_view(head).substr(begin, colon - begin);
      request.headers[ToLowerAscii(name)] = head.substr(colon + 2, line - colon - 2);
    }
    return request;
  }

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<ServerRequest> requests_;
  std::thread thread_;
};

// "HTTP/1.1 " + status, the headers (each with its line's end), Connection: close, the body.
inline std::string Answer(const std::string& status, const std::string& headers,
                          const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Connection: close\r\n\r\n" + body;
}

inline std::string LengthHeader(std::size_t bytes) {
  return "Content-Length: " + std::to_string(bytes) + "\r\n";
}

// The tag of a file that tests serve.
inline constexpr const char* kEtag = "\"five\"";

// As a well-behaved server sends a file: 206 for a range that If-Range permits, else 200.
inline std::string FileAnswer(const ServerRequest& request, const std::string& file,
                              const std::string& etag) {
  const std::string etag_header = "ETag: " + etag + "\r\n";
  const std::string range = request.Header("range");
  if (range.empty() || request.Header("if-range") != etag) {
    return Answer("200 OK", etag_header + LengthHeader(file.size()), file);
  }
  const std::size_t from = std::stoul(range.substr(range.find('=') + 1));
  const std::string total = std::to_string(file.size());
  if (from >= file.size()) {
    return Answer("416 Range Not Satisfiable", "Content-Range: bytes */" + total + "\r\n", "");
  }
  const std::string content_range = "Content-Range: bytes " + std::to_string(from) + "-" +
                                    std::to_string(file.size() - 1) + "/" + total + "\r\n";
  return Answer("206 Partial Content",
                etag_header + content_range + LengthHeader(file.size() - from), file.substr(from));
}

}  // namespace edgevlm
