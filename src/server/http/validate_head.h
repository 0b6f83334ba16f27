// Rejects malformed or ambiguous request headers, whatever the endpoint. For server/http/ only.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace edgevlm {

struct Malformed {
  int status;
  const char* reason;
};

// Against request smuggling (RFC 9112): headers that a proxy in front could interpret in another
// way (a missing or repeated Host, a Transfer-Encoding other than chunked). Also an Expect that is
// not known (RFC 9110).
std::optional<Malformed> ValidateHead(
    const boost::beast::http::request<boost::beast::http::string_body>& message);

}  // namespace edgevlm
