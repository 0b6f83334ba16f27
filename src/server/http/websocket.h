// One WebSocket connection (RFC 6455). For server/http/ only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>

#include "server/http/core.h"
#include "server/http/message.h"

namespace edgevlm {

// An upgrade request that Admit accepted.
struct Upgrade {
  boost::beast::http::request<boost::beast::http::string_body> request;
  Request head;  // the same, as passed to the service
  std::size_t max_message_bytes = 0;
};

// Accepts the upgrade; the connection then lives until either side closes it. Each text message is
// one request, and they are answered one after the other. It reads on meanwhile, so it notices a
// disconnect. It closes the connection of a client that has too many messages waiting (1008), sends
// anything but text (1003), or more than there is memory for (1013).
void StartWebSocket(boost::asio::ip::tcp::socket socket, Upgrade upgrade,
                    std::shared_ptr<Core> core);

}  // namespace edgevlm
