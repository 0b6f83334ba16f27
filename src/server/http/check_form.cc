#include "server/http/check_form.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>

namespace edgevlm {

namespace beast = boost::beast;
namespace http = beast::http;

std::optional<Malformed> CheckForm(const http::request<http::string_body>& message) {
  const bool is_old = message.version() < 11;
  const auto hosts = message.count(http::field::host);
  if (hosts > 1) return Malformed{400, "expected one header Host, found several"};
  if (hosts == 0 && !is_old) return Malformed{400, "expected a header Host, found none"};
  const auto coding = message.find(http::field::transfer_encoding);
  if (coding != message.end()) {
    if (is_old) return Malformed{400, "Transfer-Encoding: HTTP/1.0 has none"};
    if (!beast::iequals(coding->value(), "chunked")) {
      return Malformed{501, "Transfer-Encoding: expected chunked"};
    }
  }
  const auto expect = message.find(http::field::expect);
  if (expect != message.end() && !beast::iequals(expect->value(), "100-continue")) {
    return Malformed{417, "Expect: expected 100-continue"};
  }
  return std::nullopt;
}

}  // namespace edgevlm
