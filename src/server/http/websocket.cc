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

// Messages that may wait for their turn.
constexpr std::size_t kMaxWaiting = 8;
// Read at a time.
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

  // Both ends of a request: the socket counts it, and tells who waits when the client goes.
  void Close() override {
    if (std::exchange(closed_, true)) return;
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
    DropAll();
  }
  void Tick(Clock::time_point now) override {
    if (now >= write_deadline_ || now >= message_deadline_) Close();
  }
  EvictionPriority worth() const override {
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

  void End(int id) {
    if (closed_ || !answering_ || id != id_) return;
    gone_ = nullptr;
    has_ended_ = true;
    if (out_.empty()) Finish();
  }

  // The reply has ended and is written.
  void Finish() {
    has_ended_ = false;
    answering_ = false;
    --core_->replies;
    last_active_ = Clock::now();
    Release(std::exchange(answered_bytes_, 0));
    if (core_->draining) return Leave(websocket::close_code::going_away, "the server ends");
    TakeNext();
  }

  void WhenGone(int id, std::function<void()> gone) {
    if (!closed_ && answering_ && id == id_) {
      gone_ = std::move(gone);
    } else {
      gone();
    }
  }

 private:
  // Always: it answers pings, and notices that the client goes.
  void Read() {
    stream_.async_read_some(buffer_, kReadBytes,
                            [self = shared_from_this()](beast::error_code error, std::size_t size) {
                              if (self->leaving_) return;
                              if (error || self->closed_) return self->Close();
                              self->TakePiece(size);
                            });
  }

  void TakePiece(std::size_t size) {
    charged_bytes_ += size;
    if (!core_->Charge(size)) return Leave(websocket::close_code::try_again_later, "no memory");
    const bool is_first = message_deadline_ == Clock::time_point::max();
    if (is_first) message_deadline_ = Clock::now() + core_->limits.body_time;
    if (!stream_.is_message_done()) return Read();
    message_deadline_ = Clock::time_point::max();
    if (!stream_.got_text()) return Leave(websocket::close_code::unknown_data, "expected text");
    if (waiting_.size() == kMaxWaiting) {
      return Leave(websocket::close_code::policy_error, "too many messages wait");
    }
    waiting_.push_back(beast::buffers_to_string(buffer_.data()));
    buffer_ = {};  // a large one is not kept
    TakeNext();
    Read();
  }

  // Ends what is under way, and says why.
  void Leave(websocket::close_code code, const char* reason) {
    if (closed_ || std::exchange(leaving_, true)) return;
    DropAll();
    stream_.async_close({code, reason},
                        [self = shared_from_this()](beast::error_code) { self->Close(); });
  }

  // The socket counts its requests, and tells who works on one when it ends early.
  void DropAll() {
    waiting_.clear();
    buffer_ = {};
    message_deadline_ = Clock::time_point::max();
    Release(charged_bytes_);
    answered_bytes_ = 0;
    has_ended_ = false;
    if (std::exchange(answering_, false)) --core_->replies;
    if (gone_) std::exchange(gone_, nullptr)();
  }

  void Release(std::size_t bytes) {
    charged_bytes_ -= bytes;
    core_->Release(bytes);
  }

  void TakeNext();

  void WriteNext() {
    write_deadline_ = Clock::now() + core_->limits.write_time;
    stream_.text(true);
    stream_.async_write(asio::buffer(out_.front()),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error || self->closed_) return self->Close();
                          self->unsent_ -= self->out_.front().size();
                          self->out_.pop_front();
                          self->write_deadline_ = Clock::time_point::max();
                          if (self->leaving_) return;
                          if (!self->out_.empty()) return self->WriteNext();
                          if (self->has_ended_) self->Finish();
                        });
  }

  websocket::stream<tcp::socket> stream_;
  const std::shared_ptr<const Request> head_;
  const std::shared_ptr<Core> core_;
  beast::http::request<beast::http::string_body> request_;
  beast::flat_buffer buffer_;
  std::deque<std::string> waiting_;  // messages that came while one was answered
  std::size_t charged_bytes_ = 0;    // for all messages that are here
  std::size_t answered_bytes_ = 0;   // of them, for the one that is being answered
  std::deque<std::string> out_;
  std::size_t unsent_ = 0;
  Clock::time_point last_active_;
  Clock::time_point write_deadline_ = Clock::time_point::max();
  Clock::time_point message_deadline_ = Clock::time_point::max();  // of the one that comes
  int id_ = 0;
  bool answering_ = false;
  bool has_ended_ = false;  // the reply, of which something is not written yet
  bool leaving_ = false;    // the client is told to go
  bool closed_ = false;
  std::function<void()> gone_;
};

// What is written of a reply is one message each.
class SocketResponseWriter final : public ResponseWriter {
 public:
  SocketResponseWriter(std::shared_ptr<Socket> socket, int id)
      : socket_(std::move(socket)), id_(id) {}
  ~SocketResponseWriter() override {
    try {
      End();
    } catch (const std::exception&) {
      // Out of memory: the connection's time limit ends it.
    }
  }

  void Send(Response response) override {
    Write(std::move(response.body));
    End();
  }
  void Begin(Response, std::string) override {}
  void Write(std::string piece) override {
    asio::post(socket_->io(), [socket = socket_, id = id_, piece = std::move(piece)]() mutable {
      socket->Write(id, std::move(piece));
    });
  }
  void End() override {
    asio::post(socket_->io(), [socket = socket_, id = id_] { socket->End(id); });
  }
  void WhenGone(std::function<void()> gone) override {
    asio::post(socket_->io(), [socket = socket_, id = id_, gone = std::move(gone)]() mutable {
      socket->WhenGone(id, std::move(gone));
    });
  }

 private:
  const std::shared_ptr<Socket> socket_;
  const int id_;
};

void Socket::TakeNext() {
  if (closed_ || answering_ || waiting_.empty()) return;
  answering_ = true;
  ++core_->replies;
  last_active_ = Clock::now();
  answered_bytes_ = waiting_.front().size();
  auto writer = std::make_shared<SocketResponseWriter>(shared_from_this(), ++id_);
  core_->workers.Post(
      [core = core_, head = head_, message = std::move(waiting_.front()), writer]() mutable {
        try {
          core->service.HandleMessage(*head, std::move(message), writer);
        } catch (const std::exception&) {  // out of memory
          writer->Send(core->service.Refusal(head->path, 500, "the request could not be served"));
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
