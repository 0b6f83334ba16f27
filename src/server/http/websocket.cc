#include "server/http/websocket.h"

#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace edgevlm {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;

// Messages that may wait while one is answered.
constexpr std::size_t kMaxWaiting = 8;
// Bytes per read.
constexpr std::size_t kReadBytes = std::size_t{64} << 10;

class Socket final : public Peer, public std::enable_shared_from_this<Socket> {
 public:
  Socket(tcp::socket socket, Request head, std::shared_ptr<Core> core)
      : stream_(std::move(socket)),
        head_(std::make_shared<const Request>(std::move(head))),
        core_(std::move(core)),
        last_active_(Clock::now()) {}

  void Start(Upgrade upgrade) {
    websocket::stream_base::timeout times{};
    times.handshake_timeout = core_->limits.header_time;
    times.idle_timeout = core_->limits.idle_time;  // a ping after half of it
    times.keep_alive_pings = true;
    stream_.set_option(times);
    stream_.read_message_max(upgrade.max_message_bytes);
    request_ = std::move(upgrade.request);
    stream_.async_accept(request_, [self = shared_from_this()](beast::error_code error) {
      if (error) return self->Close();
      self->Read();
    });
  }

  void Close() override {
    if (std::exchange(closed_, true)) return;
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
    DropAll();
  }
  void Tick(Clock::time_point now) override {
    if (now >= write_deadline_ || now >= message_deadline_) Close();
  }
  EvictionPriority eviction_priority() const override {
    return answering_ ? EvictionPriority::kServed : EvictionPriority::kIdle;
  }
  Clock::time_point last_active() const override { return last_active_; }

  asio::io_context& io() { return core_->io; }

  void Write(int id, std::string text) {
    if (closed_ || !answering_ || has_ended_ || id != id_) return;
    unsent_ += text.size();
    if (unsent_ > core_->limits.unsent_bytes) return Close();
    out_.push_back(std::move(text));
    if (out_.size() == 1) WriteNext();
  }

  void EndStream(int id) {
    if (closed_ || !answering_ || id != id_) return;
    on_disconnect_ = nullptr;
    has_ended_ = true;
    if (out_.empty()) OnReplyWritten();
  }

  // The reply has ended and is fully written.
  void OnReplyWritten() {
    has_ended_ = false;
    answering_ = false;
    --core_->replies;
    last_active_ = Clock::now();
    Release(std::exchange(answered_bytes_, 0));
    if (core_->draining) {
      return CloseWith(websocket::close_code::going_away, "the server shuts down");
    }
    DispatchNext();
  }

  void OnDisconnect(int id, std::function<void()> on_disconnect) {
    if (!closed_ && answering_ && id == id_) {
      on_disconnect_ = std::move(on_disconnect);
    } else {
      on_disconnect();
    }
  }

 private:
  // A read is always pending: it answers pings and notices a disconnect.
  void Read() {
    stream_.async_read_some(buffer_, kReadBytes,
                            [self = shared_from_this()](beast::error_code error, std::size_t size) {
                              if (self->closing_) return;
                              if (error || self->closed_) return self->Close();
                              self->OnMessagePart(size);
                            });
  }

  void OnMessagePart(std::size_t size) {
    charged_bytes_ += size;
    if (!core_->Charge(size)) return CloseWith(websocket::close_code::try_again_later, "no memory");
    const bool is_first = message_deadline_ == Clock::time_point::max();
    if (is_first) message_deadline_ = Clock::now() + core_->limits.body_time;
    if (!stream_.is_message_done()) return Read();
    message_deadline_ = Clock::time_point::max();
    if (!stream_.got_text()) return CloseWith(websocket::close_code::unknown_data, "expected text");
    if (waiting_.size() == kMaxWaiting) {
      return CloseWith(websocket::close_code::policy_error, "too many messages wait");
    }
    waiting_.push_back(beast::buffers_to_string(buffer_.data()));
    buffer_ = {};  // frees a large buffer
    DispatchNext();
    Read();
  }

  // Drops all requests and closes the connection with a reason.
  void CloseWith(websocket::close_code code, const char* reason) {
    if (closed_ || std::exchange(closing_, true)) return;
    DropAll();
    stream_.async_close({code, reason},
                        [self = shared_from_this()](beast::error_code) { self->Close(); });
  }

  // Drops all requests; on_disconnect cancels the one being answered.
  void DropAll() {
    waiting_.clear();
    buffer_ = {};
    message_deadline_ = Clock::time_point::max();
    Release(charged_bytes_);
    answered_bytes_ = 0;
    has_ended_ = false;
    if (std::exchange(answering_, false)) --core_->replies;
    if (on_disconnect_) std::exchange(on_disconnect_, nullptr)();
  }

  void Release(std::size_t bytes) {
    charged_bytes_ -= bytes;
    core_->Release(bytes);
  }

  void DispatchNext();

  void WriteNext() {
    write_deadline_ = Clock::now() + core_->limits.write_time;
    stream_.text(true);
    stream_.async_write(asio::buffer(out_.front()),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error || self->closed_) return self->Close();
                          self->unsent_ -= self->out_.front().size();
                          self->out_.pop_front();
                          self->write_deadline_ = Clock::time_point::max();
                          if (self->closing_) return;
                          if (!self->out_.empty()) return self->WriteNext();
                          if (self->has_ended_) self->OnReplyWritten();
                        });
  }

  websocket::stream<tcp::socket> stream_;
  const std::shared_ptr<const Request> head_;
  const std::shared_ptr<Core> core_;
  beast::http::request<beast::http::string_body> request_;
  beast::flat_buffer buffer_;
  std::deque<std::string> waiting_;  // messages that came while one was answered
  std::size_t charged_bytes_ = 0;    // of all messages held
  std::size_t answered_bytes_ = 0;   // of these, the one being answered
  std::deque<std::string> out_;
  std::size_t unsent_ = 0;
  Clock::time_point last_active_;
  Clock::time_point write_deadline_ = Clock::time_point::max();
  Clock::time_point message_deadline_ = Clock::time_point::max();  // of the one being received
  int id_ = 0;
  bool answering_ = false;
  bool has_ended_ = false;  // the reply has, but is not fully written
  bool closing_ = false;    // a close frame is sent
  bool closed_ = false;
  std::function<void()> on_disconnect_;
};

// Sends each Write as one message.
class SocketResponseWriter final : public ResponseWriter {
 public:
  SocketResponseWriter(std::shared_ptr<Socket> socket, int id)
      : socket_(std::move(socket)), id_(id) {}
  ~SocketResponseWriter() override {
    try {
      EndStream();
    } catch (const std::exception&) {
      // Out of memory: the connection's time limit ends it.
    }
  }

  void Send(Response response) override {
    Write(std::move(response.body));
    EndStream();
  }
  void StartStream(Response, std::string) override {}
  void Write(std::string piece) override {
    asio::post(socket_->io(), [socket = socket_, id = id_, piece = std::move(piece)]() mutable {
      socket->Write(id, std::move(piece));
    });
  }
  void EndStream() override {
    asio::post(socket_->io(), [socket = socket_, id = id_] { socket->EndStream(id); });
  }
  void OnDisconnect(std::function<void()> on_disconnect) override {
    asio::post(socket_->io(),
               [socket = socket_, id = id_, on_disconnect = std::move(on_disconnect)]() mutable {
                 socket->OnDisconnect(id, std::move(on_disconnect));
               });
  }

 private:
  const std::shared_ptr<Socket> socket_;
  const int id_;
};

void Socket::DispatchNext() {
  if (closed_ || answering_ || waiting_.empty()) return;
  answering_ = true;
  ++core_->replies;
  last_active_ = Clock::now();
  answered_bytes_ = waiting_.front().size();
  auto writer = std::make_shared<SocketResponseWriter>(shared_from_this(), ++id_);
  core_->workers.Post([core = core_, head = head_, message = std::move(waiting_.front()),
                       writer]() mutable {
    try {
      core->service.HandleMessage(*head, std::move(message), writer);
    } catch (const std::exception&) {  // out of memory
      writer->Send(core->service.ErrorResponse(head->path, 500, "the request could not be served"));
    }
  });
  waiting_.pop_front();
}

}  // namespace

void StartWebSocket(tcp::socket socket, Upgrade upgrade, std::shared_ptr<Core> core) {
  auto peer = std::make_shared<Socket>(std::move(socket), std::move(upgrade.head), core);
  core->peers.push_back(peer);
  peer->Start(std::move(upgrade));
}

}  // namespace edgevlm
