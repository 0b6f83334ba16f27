// ServedEdgevlm: a running `edgevlm serve`; Client: a connection that sends exactly the given
// bytes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// The response to one request.
struct HttpReply {
  int status = 0;                                   // 0: no response
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body = {};                            // with chunks joined
  bool is_whole = false;                            // it has the announced length

  nlohmann::json Json() const { return nlohmann::json::parse(body, nullptr, false); }
};

// One connection. Reading and writing give up after kPatience.
class Client {
 public:
  static constexpr std::chrono::seconds kPatience{20};

  explicit Client(int port);
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  // False if the server has closed the connection.
  bool Send(std::string_view bytes);
  HttpReply Receive();
  // The bytes up to and including `end`; fewer if the connection ended.
  std::string ReadUntil(std::string_view end);
  // `size` bytes; fewer if the connection ended.
  std::string Read(std::size_t size);
  // Whether the server closes the connection within that time.
  bool IsClosedWithin(std::chrono::milliseconds time);
  // Shuts down the sending side.
  void ShutDown();
  // Closes with RST.
  void Reset();

 private:
  bool ReadMore();

  int socket_ = -1;
  std::string read_;
};

// "METHOD PATH HTTP/1.1" with Host, the headers (each with its line end) and the body.
std::string RequestText(std::string_view method, std::string_view path,
                        std::string_view headers = {}, std::string_view body = {});

// Runs the binary named by EDGEVLM_BINARY on a free port.
class ServedEdgevlm {
 public:
  // files: limit on open files; 0: that of this process.
  explicit ServedEdgevlm(std::vector<std::string> arguments = {}, unsigned files = 0);
  ~ServedEdgevlm();
  ServedEdgevlm(const ServedEdgevlm&) = delete;
  ServedEdgevlm& operator=(const ServedEdgevlm&) = delete;

  int port() const { return port_; }
  pid_t process() const { return process_; }
  Client Connect() const { return Client(port_); }

  // One request on a connection of its own.
  HttpReply Request(std::string_view method, std::string_view path, std::string_view headers = {},
                    std::string_view body = {}) const;
  HttpReply Get(std::string_view path) const { return Request("GET", path); }
  HttpReply Post(std::string_view path, const nlohmann::json& body) const;

  void Signal(int signal) const;
  // Its standard error so far.
  std::string Errors() const;
  // Waits for its exit. Nothing if that takes longer than `time`.
  std::optional<int> ExitCode(std::chrono::milliseconds time);

 private:
  pid_t process_ = -1;
  int port_ = 0;
  std::FILE* errors_ = nullptr;
};

// Polls `condition` for up to Client::kPatience. Returns whether it became true.
bool Becomes(const std::function<bool()>& condition);

// "data:image/...;base64,...".
std::string DataUri(std::string_view bytes);
std::string Base64(std::string_view bytes);

}  // namespace edgevlm
