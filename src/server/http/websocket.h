// WebSocket: one client that sends messages and gets messages (RFC 6455). For server/http/ only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>

#include "server/http/core.h"

namespace edgevlm {

// Answers an upgrade request that was let in, and lives until the client goes. Each text message is
// a request of its own; the next is taken when the one before has been answered.
void StartWebSocket(boost::asio::ip::tcp::socket socket,
                    boost::beast::http::request<boost::beast::http::string_body> request,
                    std::shared_ptr<Core> core);

}  // namespace edgevlm
