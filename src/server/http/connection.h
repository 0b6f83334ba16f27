// Connection: one HTTP/1.1 client connection. For server/http/ only.
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

// Reads even while a reply is under way, to notice when the client disconnects. A client that shuts
// down its sending side counts as disconnected. One that pipelines too many bytes is not read until
// its reply has ended, which may then take a second at most.
// Threads: the I/O thread.
class Connection final : public Peer, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<Core> core);
  ~Connection() override;

  void Start();

  void Close() override;
  void Tick(Clock::time_point now) override;
  EvictionPriority eviction_priority() const override;
  Clock::time_point last_active() const override { return last_active_; }

  // For the response to request number `id`; ignored when that request is over.
  void Send(int id, Response response);
  void StartStream(int id, const Response& head, std::string keep_alive_comment);
  void Write(int id, std::string piece);
  void EndStream(int id);
  void OnDisconnect(int id, std::function<void()> on_disconnect);
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
    kLinger,  // all is written; what the client still sends is discarded
    kClosed,
  };

  void Watch();
  void OnReadable(ErrorCode error);
  void Advance();
  void StartHead();
  bool ParseHead();
  bool ParseBody();
  bool ChargeBody();
  void OnHead();
  void StartUpgrade(std::size_t max_message_bytes);
  void Dispatch();
  void Reject(int status, const std::string& reason);
  void RejectParsing(ErrorCode error);
  bool IsCurrent(int id) const { return phase_ == Phase::kReply && id == id_; }
  void Push(std::string bytes);
  void WriteNext();
  void EndReply();
  void ReleaseReplies();
  void EnterPhase(Phase phase, std::chrono::milliseconds time);
  void ReleaseBody();
  bool PeerHasClosed();

  boost::asio::ip::tcp::socket socket_;
  const std::shared_ptr<Core> core_;
  Phase phase_ = Phase::kIdle;
  std::optional<Parser> parser_;
  std::string pending_;  // read and not parsed
  bool watching_ = false;
  Request head_;
  std::string path_;               // of the request; empty until its header is parsed
  std::size_t charged_bytes_ = 0;  // of this request's body
  Clock::time_point last_active_;
  Clock::time_point deadline_ = Clock::time_point::max();  // of the phase

  // The reply under way.
  int id_ = 0;
  bool keeps_alive_ = true;
  bool is_head_ = false;    // the method HEAD
  bool is_old_ = false;     // HTTP/1.0
  bool streaming_ = false;  // since StartStream
  std::function<void()> on_disconnect_;
  std::string keep_alive_comment_;
  Clock::time_point last_written_;

  // Outgoing bytes.
  std::vector<std::string> out_;
  std::vector<std::string> sending_;
  std::size_t unsent_ = 0;
  int unwritten_ = 0;  // replies that have ended but are not yet written
  bool ends_after_writing_ = false;
  Clock::time_point write_deadline_ = Clock::time_point::max();
};

}  // namespace edgevlm
