#include "server/http/server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/threads.h"
#include "server/http/connection.h"
#include "server/http/core.h"

namespace edgevlm {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using AsioError = boost::system::error_code;

// The resolution of time limits.
constexpr std::chrono::milliseconds kTick{50};
// Before the next accept, when the process has no file descriptor left.
constexpr std::chrono::milliseconds kRetry{50};

Result<tcp::endpoint> EndpointOf(const HttpServer::Address& address) {
  AsioError error;
  const auto host = asio::ip::make_address(address.host, error);
  if (error || address.port < 0 || address.port > 65'535) {
    return Error{ErrorCode::kInvalid, "address: expected an IP address and a port, found " +
                                          address.host + " " + std::to_string(address.port)};
  }
  return tcp::endpoint(host, static_cast<std::uint16_t>(address.port));
}

AsioError Bind(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  AsioError error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  return error;
}

Error ListenError(const HttpServer::Address& address, const AsioError& error) {
  return {ErrorCode::kIo, address.host + ":" + std::to_string(address.port) +
                              ": cannot be listened on: " + error.message()};
}

class AsioServer final : public HttpServer {
 public:
  AsioServer(const HttpLimits& limits, HttpService& service)
      : core_(std::make_shared<Core>(limits, service)),
        acceptor_(core_->io),
        tick_(core_->io),
        retry_(core_->io),
        work_(core_->io.get_executor()) {}

  ~AsioServer() override {
    core_->workers.Join();  // the writers they hold post to the I/O thread
    if (!thread_.joinable()) return;
    try {
      asio::post(core_->io, [this] { Shutdown(); });
    } catch (const std::exception&) {
      core_->io.stop();  // out of memory: replies under way are dropped
    }
    thread_.join();
  }

  MaybeError Open(const Address& address) {
    const Result<tcp::endpoint> endpoint = EndpointOf(address);
    if (!endpoint) return endpoint.error();
    AsioError error = Bind(acceptor_, *endpoint);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (error) return ListenError(address, error);
    port_ = acceptor_.local_endpoint().port();
    return std::nullopt;
  }

  void Start() {
    Accept();
    Tick();
    thread_ = StartThread("connections", [this] { RunIo(); });
  }

  int port() const override { return port_; }

  void StopListening() override {
    core_->draining = true;
    asio::post(core_->io, [this] {
      CloseAcceptor();
      for (const std::shared_ptr<Peer>& peer : Peers()) {
        if (peer->eviction_priority() == Peer::EvictionPriority::kIdle) peer->Close();
      }
    });
  }

  int replies_under_way() const override { return core_->replies; }

 private:
  // Running out of memory costs the connection that allocated, and no other.
  void RunIo() {
    while (true) {
      try {
        core_->io.run();
        return;
      } catch (const std::bad_alloc&) {
        // The handler has released what it held; the others continue.
      }
    }
  }

  void Shutdown() {
    CloseAcceptor();
    is_ending_ = true;
    tick_.cancel();
    for (const std::shared_ptr<Peer>& peer : Peers()) peer->Close();
    work_.reset();
  }

  void CloseAcceptor() {
    is_listening_ = false;
    AsioError ignored;
    acceptor_.close(ignored);
    retry_.cancel();
  }

  void Accept() {
    acceptor_.async_accept([this](AsioError error, tcp::socket socket) {
      if (!is_listening_) return;
      if (error) return RetryAccept();
      EvictIfFull();
      auto connection = std::make_shared<Connection>(std::move(socket), core_);
      core_->peers.push_back(connection);
      connection->Start();
      Accept();
    });
  }

  // Retries at once if a connection could be closed to free its descriptor.
  void RetryAccept() {
    const auto again = [this] {
      if (is_listening_) Accept();
    };
    if (CloseLowestPriority()) return asio::post(core_->io, again);
    retry_.expires_after(kRetry);
    retry_.async_wait([again](AsioError) { again(); });
  }

  void EvictIfFull() {
    const auto is_gone = [](const std::weak_ptr<Peer>& peer) { return peer.expired(); };
    if (std::ssize(core_->peers) < core_->limits.connections) return;
    core_->peers.remove_if(is_gone);
    if (std::ssize(core_->peers) >= core_->limits.connections) CloseLowestPriority();
  }

  // Closes an idle connection, else one that is still sending its request; the one that has been
  // inactive longest.
  bool CloseLowestPriority() {
    const std::vector<std::shared_ptr<Peer>> peers = Peers();
    const auto least = std::ranges::min_element(peers, [](const auto& a, const auto& b) {
      return std::pair(a->eviction_priority(), a->last_active()) <
             std::pair(b->eviction_priority(), b->last_active());
    });
    if (least == peers.end()) return false;
    (*least)->Close();
    return true;
  }

  std::vector<std::shared_ptr<Peer>> Peers() const {
    std::vector<std::shared_ptr<Peer>> peers;
    for (const std::weak_ptr<Peer>& peer : core_->peers) {
      if (auto alive = peer.lock()) peers.push_back(std::move(alive));
    }
    return peers;
  }

  void Tick() {
    tick_.expires_after(kTick);
    tick_.async_wait([this](AsioError error) {
      if (error || is_ending_) return;
      const auto now = Clock::now();
      core_->peers.remove_if([](const std::weak_ptr<Peer>& peer) { return peer.expired(); });
      for (const std::shared_ptr<Peer>& peer : Peers()) peer->Tick(now);
      Tick();
    });
  }

  const std::shared_ptr<Core> core_;
  tcp::acceptor acceptor_;
  asio::steady_timer tick_;
  asio::steady_timer retry_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  // I/O thread only. The handler of a cancelled operation may still run if that had just completed.
  // It must not start another, or io.run() would never return.
  bool is_listening_ = true;
  bool is_ending_ = false;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

MaybeError HttpServer::Check(const Address& address) {
  const Result<tcp::endpoint> endpoint = EndpointOf(address);
  if (!endpoint) return endpoint.error();
  asio::io_context io;
  tcp::acceptor acceptor(io);
  const AsioError error = Bind(acceptor, *endpoint);
  if (!error || error == asio::error::address_in_use) return std::nullopt;
  return ListenError(address, error);
}

Result<std::unique_ptr<HttpServer>> HttpServer::Listen(const Address& address,
                                                       const HttpLimits& limits,
                                                       HttpService& service) {
  try {
    auto server = std::make_unique<AsioServer>(limits, service);
    if (auto error = server->Open(address)) return *error;
    server->Start();
    return std::unique_ptr<HttpServer>(std::move(server));
  } catch (const std::system_error& error) {
    return Error{ErrorCode::kIo, error.what()};
  }
}

}  // namespace edgevlm
