#include "server/http/http_exchange.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace edgevlm {

HttpExchange::HttpExchange(std::shared_ptr<Connection> connection, int id)
    : connection_(std::move(connection)), id_(id) {}

HttpExchange::~HttpExchange() {
  try {
    boost::asio::post(connection_->io(),
                      [connection = connection_, id = id_] { connection->Abandon(id); });
  } catch (const std::exception&) {
    // Out of memory: the connection's time limit ends it.
  }
}

void HttpExchange::Send(Response response) {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_, response = std::move(response)]() mutable {
                      connection->Send(id, std::move(response));
                    });
}

void HttpExchange::Begin(Response head, std::string sign_of_life) {
  boost::asio::post(connection_->io(), [connection = connection_, id = id_, head = std::move(head),
                                        sign_of_life = std::move(sign_of_life)]() mutable {
    connection->Begin(id, head, std::move(sign_of_life));
  });
}

void HttpExchange::Write(std::string piece) {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_, piece = std::move(piece)]() mutable {
                      connection->Write(id, std::move(piece));
                    });
}

void HttpExchange::End() {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_] { connection->End(id); });
}

void HttpExchange::WhenGone(std::function<void()> gone) {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_, gone = std::move(gone)]() mutable {
                      connection->WhenGone(id, std::move(gone));
                    });
}

}  // namespace edgevlm
