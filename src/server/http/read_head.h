// Converts the head of a Beast request to a Request. For server/http/ only.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http/message.h"

namespace edgevlm {

// Everything but the body. The host of a target in absolute form ("http://host/path", as proxies
// send it) replaces the Host header (RFC 9112, 3.2.2).
Request ReadHead(const boost::beast::http::request<boost::beast::http::string_body>& message);

}  // namespace edgevlm
