#include "server/http/connection.h"

#include <poll.h>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <exception>
#include <utility>

#include "server/http/http_response_writer.h"
#include "server/http/read_head.h"
#include "server/http/validate_head.h"
#include "server/http/websocket.h"
#include "server/http/wire.h"

namespace edgevlm {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

// Limit on pipelined bytes: requests sent before the reply to the previous one.
constexpr std::size_t kMaxPendingBytes = std::size_t{64} << 10;
// How long a reply may take once its client has sent more than that. Such a client is not read, so
// its disconnect, which follows all the bytes it has sent, would go unnoticed.
constexpr std::chrono::milliseconds kFullTime{1'000};
// The next request is parsed once fewer reply bytes than this are unread.
constexpr std::size_t kMaxUnreadBytes = std::size_t{256} << 10;
// How long a rejected client may go on sending until it reads the error.
constexpr std::chrono::milliseconds kLingerTime{2'000};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Connection::Connection(tcp::socket socket, std::shared_ptr<Core> core)
    : socket_(std::move(socket)), core_(std::move(core)), last_active_(Clock::now()) {}

Connection::~Connection() { Close(); }

void Connection::Start() {
  ErrorCode ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
  EnterPhase(Phase::kIdle, core_->limits.idle_time);
  Watch();
}

void Connection::EnterPhase(Phase phase, std::chrono::milliseconds time) {
  phase_ = phase;
  last_active_ = Clock::now();
  deadline_ = time.count() == 0 ? Clock::time_point::max() : last_active_ + time;
}

Peer::EvictionPriority Connection::eviction_priority() const {
  if (phase_ == Phase::kIdle || phase_ == Phase::kLinger) return EvictionPriority::kIdle;
  return phase_ == Phase::kReply ? EvictionPriority::kServed : EvictionPriority::kSending;
}

void Connection::Close() {
  if (phase_ == Phase::kClosed) return;
  if (phase_ == Phase::kReply) ++unwritten_;
  ReleaseReplies();
  phase_ = Phase::kClosed;
  ReleaseBody();
  ErrorCode ignored;
  socket_.close(ignored);
  if (on_disconnect_) std::exchange(on_disconnect_, nullptr)();
}

void Connection::ReleaseReplies() { core_->replies -= std::exchange(unwritten_, 0); }

void Connection::ReleaseBody() { core_->Release(std::exchange(charged_bytes_, 0)); }

// For a client that is not being read: only poll reports that it has closed.
bool Connection::PeerHasClosed() {
  pollfd look = {.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return poll(&look, 1, 0) == 1 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void Connection::Tick(Clock::time_point now) {
  if (now >= write_deadline_) return Close();
  if (now >= deadline_) {
    if (phase_ == Phase::kHead || phase_ == Phase::kBody) {
      return Reject(408, "the request took too long");
    }
    return Close();
  }
  const bool is_not_read = phase_ == Phase::kReply && !watching_;
  if (is_not_read && (PeerHasClosed() || now - last_active_ >= kFullTime)) return Close();
  const bool is_quiet = phase_ == Phase::kReply && streaming_ && !keep_alive_comment_.empty() &&
                        now - last_written_ >= core_->limits.keep_alive_comment;
  if (is_quiet) Write(id_, keep_alive_comment_);
}

// Reading.

void Connection::Watch() {
  if (watching_ || phase_ == Phase::kClosed) return;
  watching_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](ErrorCode error) {
    self->watching_ = false;
    self->OnReadable(error);
  });
}

void Connection::OnReadable(ErrorCode error) {
  if (phase_ == Phase::kClosed) return;
  std::size_t size = 0;
  if (!error) size = socket_.read_some(asio::buffer(core_->scratch), error);
  if (error == asio::error::would_block) return Watch();
  if (error) return Close();
  if (phase_ == Phase::kLinger) return Watch();
  pending_.append(core_->scratch.data(), size);
  Advance();
}

void Connection::Advance() {
  while (true) {
    switch (phase_) {
      case Phase::kIdle:
        if (unsent_ > kMaxUnreadBytes) return;  // WriteNext continues
        if (pending_.empty()) return Watch();
        StartHead();
        break;
      case Phase::kHead:
        if (!ParseHead()) return Watch();
        break;
      case Phase::kBody:
        if (!ParseBody()) return Watch();
        break;
      case Phase::kReply:
        if (pending_.size() < kMaxPendingBytes) Watch();
        return;
      default:
        return Watch();
    }
  }
}

void Connection::StartHead() {
  path_.clear();
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(core_->limits.header_bytes));
  parser_->body_limit(boost::none);  // Admit sets it once the header is parsed
  EnterPhase(Phase::kHead, core_->limits.header_time);
}

// Returns false if it needs more bytes.
bool Connection::ParseHead() {
  ErrorCode error;
  const std::size_t parsed = parser_->put(asio::buffer(pending_), error);
  pending_.erase(0, parsed);
  if (error == http::error::need_more) return false;
  if (error) {
    RejectParsing(error);
  } else if (parser_->is_header_done()) {
    OnHead();
  }
  return true;
}

bool Connection::ParseBody() {
  ErrorCode error;
  if (!parser_->is_done() && !pending_.empty()) {
    const std::size_t parsed = parser_->put(asio::buffer(pending_), error);
    pending_.erase(0, parsed);
  }
  if (error && error != http::error::need_more) {
    RejectParsing(error);
  } else if (!ChargeBody()) {
    Reject(503, "the memory for request bodies is used up by other requests");
  } else if (parser_->is_done()) {
    Dispatch();
  } else if (pending_.size() > kMaxPendingBytes) {
    Reject(400, "a chunk's header is too long");
  } else {
    return false;
  }
  return true;
}

// Charges the bytes received, not the announced length: a client that sends slowly does not block
// memory for others.
bool Connection::ChargeBody() {
  const std::size_t size = parser_->get().body().size();
  const std::size_t more = size - std::exchange(charged_bytes_, size);
  return core_->Charge(more);
}

void Connection::OnHead() {
  if (const auto malformed = ValidateHead(parser_->get())) {
    return Reject(malformed->status, malformed->reason);
  }
  head_ = ReadHead(parser_->get());
  path_ = head_.path;
  ++id_;
  keeps_alive_ = parser_->keep_alive() && !core_->draining;
  is_head_ = head_.method == "HEAD";
  is_old_ = parser_->get().version() < 11;
  streaming_ = false;
  auto verdict = core_->service.Admit(head_);
  if (auto* rejection = std::get_if<Response>(&verdict)) {
    keeps_alive_ = keeps_alive_ && parser_->is_done();  // else an unread body follows
    ++core_->replies;
    EnterPhase(Phase::kReply, {});
    return Send(id_, std::move(*rejection));
  }
  if (const auto* message = std::get_if<MessageLimit>(&verdict)) {
    return StartUpgrade(message->bytes);
  }
  const std::size_t limit = std::get<BodyLimit>(verdict).bytes;
  const auto length = parser_->content_length();
  if (length.value_or(0) > limit) {
    return Reject(413, "the body is over " + std::to_string(limit) + " bytes");
  }
  parser_->body_limit(limit);
  parser_->eager(true);
  EnterPhase(Phase::kBody, core_->limits.body_time);
  if (!parser_->is_done() && http::token_list(head_.header("expect")).exists("100-continue")) {
    Push(std::string(kContinue));
  }
}

// Hands the socket over to a WebSocket.
void Connection::StartUpgrade(std::size_t max_message_bytes) {
  // The client must wait for the 101: bytes sent earlier could be a smuggled request.
  if (!parser_->is_done() || !pending_.empty()) {
    return Reject(400, "expected no bytes after the header of an upgrade");
  }
  phase_ = Phase::kClosed;
  StartWebSocket(std::move(socket_),
                 {.request = parser_->release(),
                  .head = std::move(head_),
                  .max_message_bytes = max_message_bytes},
                 core_);
}

void Connection::Dispatch() {
  // With the headers that Admit checked: trailers of a chunked body are ignored.
  Request request = std::move(head_);
  request.body = std::move(parser_->get().body());
  parser_.reset();
  ++core_->replies;
  EnterPhase(Phase::kReply, {});
  auto writer = std::make_shared<HttpResponseWriter>(shared_from_this(), id_);
  core_->workers.Post([core = core_, path = path_, request = std::move(request), writer]() mutable {
    try {
      core->service.Handle(std::move(request), writer);
    } catch (const std::exception&) {  // out of memory
      writer->Send(core->service.ErrorResponse(path, 500, "the request could not be served"));
    }
  });
}

void Connection::RejectParsing(ErrorCode error) {
  if (error == http::error::header_limit) return Reject(431, "the header is too long");
  if (error == http::error::body_limit) return Reject(413, "the body is too long");
  Reject(400, "not HTTP/1.1: " + error.message());
}

void Connection::Reject(int status, const std::string& reason) {
  ++id_;
  keeps_alive_ = false;
  is_head_ = is_old_ = streaming_ = false;
  ++core_->replies;
  EnterPhase(Phase::kReply, {});
  Send(id_, core_->service.ErrorResponse(path_, status, reason));
}

// Replying.

void Connection::Send(int id, Response response) {
  if (!IsCurrent(id) || streaming_) return;
  keeps_alive_ = keeps_alive_ && !core_->draining;
  std::string text = HeadText(response, BodyFraming::kSized, keeps_alive_);
  if (!is_head_) text += response.body;
  Push(std::move(text));
  EndReply();
}

void Connection::StartStream(int id, const Response& head, std::string keep_alive_comment) {
  if (!IsCurrent(id) || streaming_) return;
  streaming_ = true;
  keeps_alive_ = keeps_alive_ && !is_old_ && !core_->draining;
  keep_alive_comment_ = std::move(keep_alive_comment);
  Push(HeadText(head, is_old_ ? BodyFraming::kToEnd : BodyFraming::kChunked, keeps_alive_));
}

void Connection::Write(int id, std::string piece) {
  if (!IsCurrent(id) || !streaming_ || piece.empty() || is_head_) return;
  Push(is_old_ ? std::move(piece) : ChunkText(piece));
}

void Connection::EndStream(int id) {
  if (!IsCurrent(id) || !streaming_) return;
  if (!is_old_ && !is_head_) Push(std::string(kLastChunk));
  EndReply();
}

void Connection::OnDisconnect(int id, std::function<void()> on_disconnect) {
  if (IsCurrent(id)) {
    on_disconnect_ = std::move(on_disconnect);
  } else {
    on_disconnect();
  }
}

// The service dropped the request without answering.
void Connection::Abandon(int id) {
  if (!IsCurrent(id)) return;
  if (streaming_) return Close();  // a truncated reply must not look complete
  Send(id, core_->service.ErrorResponse(path_, 500, "the request was not answered"));
}

void Connection::EndReply() {
  if (phase_ != Phase::kReply) return;
  ++unwritten_;  // counts as under way until it is written
  if (sending_.empty() && out_.empty()) ReleaseReplies();
  on_disconnect_ = nullptr;
  streaming_ = false;
  parser_.reset();
  ReleaseBody();
  if (keeps_alive_ && !core_->draining) {
    EnterPhase(Phase::kIdle, core_->limits.idle_time);
    // Posted: otherwise a thousand pipelined requests would recurse a thousand calls deep.
    asio::post(core_->io, [self = shared_from_this()] { self->Advance(); });
    return;
  }
  pending_.clear();
  ends_after_writing_ = true;
  EnterPhase(Phase::kLinger, core_->limits.write_time);
  if (sending_.empty() && out_.empty()) WriteNext();
  Watch();
}

void Connection::Push(std::string bytes) {
  if (phase_ == Phase::kClosed) return;
  unsent_ += bytes.size();
  last_written_ = Clock::now();
  const bool is_unread = streaming_ && unsent_ > core_->limits.unsent_bytes;
  if (is_unread) return Close();
  out_.push_back(std::move(bytes));
  if (sending_.empty()) WriteNext();
}

void Connection::WriteNext() {
  if (out_.empty()) {
    write_deadline_ = Clock::time_point::max();
    ReleaseReplies();
    if (!std::exchange(ends_after_writing_, false)) return;
    ErrorCode ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    EnterPhase(Phase::kLinger, kLingerTime);
    return;
  }
  sending_.swap(out_);
  std::vector<asio::const_buffer> buffers;
  for (const std::string& bytes : sending_) buffers.push_back(asio::buffer(bytes));
  write_deadline_ = Clock::now() + core_->limits.write_time;
  asio::async_write(socket_, buffers,
                    [self = shared_from_this()](ErrorCode error, std::size_t size) {
                      self->sending_.clear();
                      self->unsent_ -= size;
                      if (self->phase_ == Phase::kClosed) return;
                      if (error) return self->Close();
                      self->WriteNext();
                      if (self->phase_ == Phase::kIdle) self->Advance();
                    });
}

}  // namespace edgevlm
