#include "measure/load_client.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

namespace edgevlm {
namespace {

constexpr timeval kPatience = {.tv_sec = 600, .tv_usec = 0};
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kEventBegin = "data: ";

}  // namespace

LoadClient::LoadClient(LoadTarget target, const Stopwatch& since_start)
    : target_(std::move(target)), since_start_(since_start) {}

LoadClient::~LoadClient() { Disconnect(); }

void LoadClient::Disconnect() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
  read_.clear();
}

bool LoadClient::Connect() {
  if (socket_ >= 0) return true;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(target_.host.c_str(), std::to_string(target_.port).c_str(), &hints, &found) !=
      0) {
    error_ = "no such host";
    return false;
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  socket_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  if (socket_ >= 0 && connect(socket_, found->ai_addr, found->ai_addrlen) == 0) return true;
  error_ = "no connection";
  Disconnect();
  return false;
}

bool LoadClient::SendAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool LoadClient::ReadMore() {
  std::array<char, 1 << 14> chunk;
  const ssize_t size = recv(socket_, chunk.data(), chunk.size(), 0);
  if (size <= 0) return false;
  read_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

bool LoadClient::ReadHead() {
  std::size_t end;
  while ((end = read_.find(kHeadEnd)) == std::string::npos) {
    if (!ReadMore()) return false;
  }
  const std::string head = read_.substr(0, end);
  read_.erase(0, end + kHeadEnd.size());
  error_ = head.substr(0, head.find(kLineEnd));
  return head.starts_with("HTTP/1.1 200 ");
}

bool LoadClient::ReadChunks(ServedRequest& request) {
  std::string events;
  while (true) {
    std::size_t line_end;
    while ((line_end = read_.find(kLineEnd)) == std::string::npos) {
      if (!ReadMore()) return false;
    }
    std::size_t size = 0;
    const auto parsed = std::from_chars(read_.data(), read_.data() + line_end, size, 16);
    if (parsed.ec != std::errc()) return false;
    const std::size_t end = line_end + kLineEnd.size() + size + kLineEnd.size();
    while (read_.size() < end) {
      if (!ReadMore()) return false;
    }
    events.append(read_, line_end + kLineEnd.size(), size);
    read_.erase(0, end);
    if (size == 0) return done_;
    ParseEvents(events, request);
  }
}

void LoadClient::ParseEvents(std::string& events, ServedRequest& request) {
  std::size_t end;
  while ((end = events.find("\n\n")) != std::string::npos) {
    const std::string event = events.substr(0, end);
    events.erase(0, end + 2);
    if (!event.starts_with(kEventBegin)) continue;
    const std::string payload = event.substr(kEventBegin.size());
    if (payload == "[DONE]") {
      done_ = true;
      continue;
    }
    const auto object = nlohmann::json::parse(payload, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) continue;
    if (object.contains("usage") && object["usage"].is_object()) {
      request.prompt_tokens = object["usage"].value("prompt_tokens", 0);
      request.reply_tokens = object["usage"].value("completion_tokens", 0);
    }
    if (object.contains("error")) error_ = payload;
    const nlohmann::json choices = object.value("choices", nlohmann::json::array());
    if (choices.empty() || choices[0]["delta"].value("content", "").empty()) continue;
    const double piece_ms = watch_.Lap();  // the first lap begins with the request
    if (has_text_) {
      request.gaps_ms.push_back(piece_ms);
    } else {
      request.first_token_ms = piece_ms;
    }
    has_text_ = true;
  }
}

ServedRequest LoadClient::Ask(std::string_view body) {
  ServedRequest request;
  request.begin_ms = since_start_.Milliseconds();
  watch_ = Stopwatch();
  done_ = has_text_ = false;
  std::string text = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n";
  if (!target_.key.empty()) {
    text.append("Authorization: Bearer ").append(target_.key).append("\r\n");
  }
  text.append("Content-Type: application/json\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n\r\n")
      .append(body);
  error_ = "the connection ended";
  request.succeeded = Connect() && SendAll(text) && ReadHead() && ReadChunks(request);
  request.total_ms = watch_.Milliseconds();
  if (!request.succeeded) Disconnect();
  return request;
}

}  // namespace edgevlm
