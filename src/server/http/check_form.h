// What makes a header no good, whoever sends it and whatever it asks for. For server/http/ only.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace edgevlm {

struct Malformed {
  int status;
  const char* reason;
};

// RFC 9112: what two readers of the same bytes could understand in two ways (a Host that is not
// there or there twice, a Transfer-Encoding other than chunked), so that nothing is smuggled past a
// proxy in front; and an Expect that is not known (RFC 9110).
std::optional<Malformed> CheckForm(
    const boost::beast::http::request<boost::beast::http::string_body>& message);

}  // namespace edgevlm
