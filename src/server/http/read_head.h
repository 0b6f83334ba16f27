// From Beast's idea of a request to ours. For server/http/ only.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http/message.h"

namespace edgevlm {

// All but the body.
Request ReadHead(const boost::beast::http::request<boost::beast::http::string_body>& message);

}  // namespace edgevlm
