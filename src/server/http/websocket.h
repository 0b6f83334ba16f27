// WebSocket: one client that sends messages and gets messages (RFC 6455). For server/http/ only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>

#include "server/http/core.h"
#include "server/http/message.h"

namespace edgevlm {

// An upgrade request that was let in.
struct Upgrade {
  boost::beast::http::request<boost::beast::http::string_body> request;
  Request head;  // the same, as the service knows it
  std::size_t max_message_bytes = 0;
};

// Answers it, and lives until the client goes. Each text message is a request of its own; the next
// is taken when the one before has been answered. Reads on meanwhile, and so notices that the
// client goes; one that has too many messages wait is sent away (1008), as is one whose messages
// are not text (1003) or are more than there is memory for (1013).
void StartWebSocket(boost::asio::ip::tcp::socket socket, Upgrade upgrade,
                    std::shared_ptr<Core> core);

}  // namespace edgevlm
