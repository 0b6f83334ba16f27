// Connection: one client that speaks HTTP/1.1. For server/http/ only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/http/core.h"

namespace edgevlm {

// Reads whenever there is something to read, also while a reply is under way: that is how it
// notices that the client has gone. A client that ends its side early counts as gone. One that
// sends much more before it has read its reply is not read until it has, for a second at most.
// Threads: the I/O thread.
class Connection final : public Peer, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Core> core);
  ~Connection() override;

  void Start();

  void Close() override;
  void Tick(Clock::time_point now) override;
  EvictionPriority worth() const override;
  Clock::time_point last_active() const override { return last_active_; }

  // For the exchange of request number `id`; one that is over is passed over.
  void Send(int id, Response response);
  void Begin(int id, const Response& head, std::string keep_alive_comment);
  void Write(int id, std::string piece);
  void End(int id);
  void WhenGone(int id, std::function<void()> gone);
  void Abandon(int id);

  boost::asio::io_context& io() { return core_->io; }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using ErrorCode = boost::beast::error_code;

  enum class Phase {
    kIdle,    // between requests
    kHead,    // in the header
    kBody,    // in the body
    kReply,   // the service has the request
    kLinger,  // all is said; what the client still sends is thrown away
    kClosed,
  };

  void Watch();
  void OnReadable(ErrorCode error);
  void Advance();
  void BeginHead();
  bool ParseHead();
  bool ParseBody();
  bool ChargeBody();
  void OnHead();
  void TakeUpgrade(std::size_t max_message_bytes);
  void Dispatch();
  void Refuse(int status, const std::string& reason);
  void RefuseParsing(ErrorCode error);
  bool IsCurrent(int id) const { return phase_ == Phase::kReply && id == id_; }
  void Push(std::string bytes);
  void WriteNext();
  void EndReply();
  void ForgetReplies();
  void EnterPhase(Phase phase, std::chrono::milliseconds time);
  void ReleaseBody();
  bool HasLeft();

  boost::asio::ip::tcp::socket socket_;
  const std::shared_ptr<Core> core_;
  Phase phase_ = Phase::kIdle;
  std::optional<Parser> parser_;
  std::string pending_;  // read and not parsed
  bool watching_ = false;
  Request head_;
  std::string path_;               // that is asked for; empty until the header has come
  std::size_t charged_bytes_ = 0;  // of this request's body
  Clock::time_point last_active_;
  Clock::time_point deadline_ = Clock::time_point::max();  // of the phase

  // The reply under way.
  int id_ = 0;
  bool keeps_alive_ = true;
  bool is_head_ = false;  // the method HEAD
  bool is_old_ = false;   // HTTP/1.0
  bool begun_ = false;    // with Begin
  std::function<void()> gone_;
  std::string keep_alive_comment_;
  Clock::time_point last_written_;

  // What goes out.
  std::vector<std::string> out_;
  std::vector<std::string> sending_;
  std::size_t unsent_ = 0;
  int unwritten_ = 0;  // replies that have ended and are not written
  bool ends_after_writing_ = false;
  Clock::time_point write_deadline_ = Clock::time_point::max();
};

}  // namespace edgevlm
