// From Beast's idea of a request to ours. For server/http/ only.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http/message.h"

namespace edgevlm {

// All but the body. A target in absolute form ("http://host/path", as proxies send it) names the
// host, whatever the header Host says (RFC 9112, 3.2.2).
Request ReadHead(const boost::beast::http::request<boost::beast::http::string_body>& message);

}  // namespace edgevlm
