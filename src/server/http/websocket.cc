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

// Of a message; a picture as text has to fit.
constexpr std::size_t kMaxMessageBytes = std::size_t{32} << 20;

class Socket final : public Peer, public std::enable_shared_from_this<Socket> {
 public:
  Socket(tcp::socket socket, std::shared_ptr<Core> core)
      : stream_(std::move(socket)), core_(std::move(core)), last_active_(Clock::now()) {}

  void Start(beast::http::request<beast::http::string_body> request) {
    websocket::stream_base::timeout times{};
    times.handshake_timeout = core_->limits.header_time;
    times.idle_timeout = core_->limits.idle_time;  // a ping after half of it
    times.keep_alive_pings = true;
    stream_.set_option(times);
    stream_.read_message_max(kMaxMessageBytes);
    request_ = std::move(request);
    stream_.async_accept(request_, [self = shared_from_this()](beast::error_code error) {
      if (error) return self->Close();
      self->Read();
    });
  }

  // Both ends of a request: the socket counts it, and tells who waits when the client goes.
  void Close() override {
    if (std::exchange(closed_, true)) return;
    if (std::exchange(answering_, false)) --core_->replies;
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).close(ignored);
    if (gone_) std::exchange(gone_, nullptr)();
  }
  void Tick(Clock::time_point now) override {
    if (now >= write_deadline_) Close();
  }
  Worth worth() const override { return answering_ ? Worth::kServed : Worth::kIdle; }
  Clock::time_point last_active() const override { return last_active_; }

  asio::io_context& io() { return core_->io; }

  void Write(int id, std::string text) {
    if (closed_ || !answering_ || id != id_) return;
    unsent_ += text.size();
    if (unsent_ > core_->limits.unsent_bytes) return Close();
    out_.push_back(std::move(text));
    if (out_.size() == 1) WriteNext();
  }

  void End(int id) {
    if (closed_ || !answering_ || id != id_) return;
    answering_ = false;
    --core_->replies;
    gone_ = nullptr;
    last_active_ = Clock::now();
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
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error || self->closed_) return self->Close();
      self->waiting_.push_back(beast::buffers_to_string(self->buffer_.data()));
      self->buffer_.clear();
      self->TakeNext();
      // One message may wait; a client that sends more is not read until it has its answer.
      if (self->waiting_.empty()) self->Read();
    });
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
                          if (!self->out_.empty()) self->WriteNext();
                        });
  }

  websocket::stream<tcp::socket> stream_;
  const std::shared_ptr<Core> core_;
  beast::http::request<beast::http::string_body> request_;
  beast::flat_buffer buffer_;
  std::deque<std::string> waiting_;  // messages that came while one was answered
  std::deque<std::string> out_;
  std::size_t unsent_ = 0;
  Clock::time_point last_active_;
  Clock::time_point write_deadline_ = Clock::time_point::max();
  int id_ = 0;
  bool answering_ = false;
  bool closed_ = false;
  std::function<void()> gone_;
};

// What is written of a reply is one message each.
class SocketExchange final : public Exchange {
 public:
  SocketExchange(std::shared_ptr<Socket> socket, int id) : socket_(std::move(socket)), id_(id) {}
  ~SocketExchange() override { End(); }

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
  auto exchange = std::make_shared<SocketExchange>(shared_from_this(), ++id_);
  asio::post(core_->workers,
             [core = core_, message = std::move(waiting_.front()), exchange]() mutable {
               try {
                 core->service.HandleMessage(std::move(message), exchange);
               } catch (const std::exception&) {  // out of memory
                 exchange->Send(core->service.Refusal(500, "the request could not be served"));
               }
             });
  waiting_.pop_front();
}

}  // namespace

void StartWebSocket(tcp::socket socket, beast::http::request<beast::http::string_body> request,
                    std::shared_ptr<Core> core) {
  auto peer = std::make_shared<Socket>(std::move(socket), core);
  core->peers.push_back(peer);
  peer->Start(std::move(request));
}

}  // namespace edgevlm
