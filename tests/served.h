// A running `edgevlm serve`, and a client that sends exactly the bytes it is told to.
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

// What came back of one request.
struct HttpReply {
  int status = 0;                                   // 0: no answer
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body = {};                            // of chunks put together
  bool is_whole = false;                            // it ended as its header promised

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

  // False when the server has closed the connection.
  bool Send(std::string_view bytes);
  HttpReply Receive();
  // What came, up to `end` and with it; less when the connection ended.
  std::string ReadUntil(std::string_view end);
  // So many bytes; less when the connection ended.
  std::string Read(std::size_t size) { return Take(size); }
  // Whether the server closes the connection within that time.
  bool IsClosedWithin(std::chrono::milliseconds time);
  // No more will be sent.
  void ShutDown();
  // Gone at once, without a good-bye.
  void Reset();

 private:
  bool ReadMore();
  std::string Take(std::size_t size);

  int socket_ = -1;
  std::string read_;
};

// "METHOD PATH HTTP/1.1" with Host, the headers (each with its line's end) and the body.
std::string RequestText(std::string_view method, std::string_view path,
                        std::string_view headers = {}, std::string_view body = {});

// Runs the binary named by EDGEVLM_BINARY on a port of the system's choice.
class ServedEdgevlm {
 public:
  // files: that it may have open; 0: as many as this process.
  explicit ServedEdgevlm(std::vector<std::string> arguments = {}, unsigned files = 0);
  ~ServedEdgevlm();
  ServedEdgevlm(const ServedEdgevlm&) = delete;
  ServedEdgevlm& operator=(const ServedEdgevlm&) = delete;

  int port() const { return port_; }
  pid_t process() const { return process_; }
  Client Connect() const { return Client(port_); }

  // One request on a connection of its own.
  HttpReply Ask(std::string_view method, std::string_view path, std::string_view headers = {},
                std::string_view body = {}) const;
  HttpReply Get(std::string_view path) const { return Ask("GET", path); }
  HttpReply Post(std::string_view path, const nlohmann::json& body) const;

  void Signal(int signal) const;
  // All that it has said on standard error. Call when it has ended, or said what is waited for.
  std::string Errors() const;
  // Waits for the end. Nothing when it takes longer than that.
  std::optional<int> ExitCode(std::chrono::milliseconds time);

 private:
  pid_t process_ = -1;
  int port_ = 0;
  std::FILE* errors_ = nullptr;
};

// Whether what is asked becomes true, tried again and again for Client::kPatience.
bool Becomes(const std::function<bool()>& condition);

// "data:image/...;base64,...".
std::string DataUri(std::string_view bytes);
std::string Base64(std::string_view bytes);

}  // namespace edgevlm
