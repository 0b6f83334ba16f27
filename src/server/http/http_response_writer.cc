#include "server/http/http_response_writer.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

namespace edgevlm {

HttpResponseWriter::HttpResponseWriter(std::shared_ptr<Connection> connection, int id)
    : connection_(std::move(connection)), id_(id) {}

HttpResponseWriter::~HttpResponseWriter() {
  try {
    boost::asio::post(connection_->io(),
                      [connection = connection_, id = id_] { connection->Abandon(id); });
  } catch (const std::exception&) {
    // Out of memory: the connection's time limit ends it.
  }
}

void HttpResponseWriter::Send(Response response) {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_, response = std::move(response)]() mutable {
                      connection->Send(id, std::move(response));
                    });
}

void HttpResponseWriter::StartStream(Response head, std::string keep_alive_comment) {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_, head = std::move(head),
                     keep_alive_comment = std::move(keep_alive_comment)]() mutable {
                      connection->StartStream(id, head, std::move(keep_alive_comment));
                    });
}

void HttpResponseWriter::Write(std::string piece) {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_, piece = std::move(piece)]() mutable {
                      connection->Write(id, std::move(piece));
                    });
}

void HttpResponseWriter::EndStream() {
  boost::asio::post(connection_->io(),
                    [connection = connection_, id = id_] { connection->EndStream(id); });
}

void HttpResponseWriter::OnDisconnect(std::function<void()> on_disconnect) {
  boost::asio::post(connection_->io(), [connection = connection_, id = id_,
                                        on_disconnect = std::move(on_disconnect)]() mutable {
    connection->OnDisconnect(id, std::move(on_disconnect));
  });
}

}  // namespace edgevlm
