#include "server/http/validate_head.h"

#include <boost/beast/http/field.hpp>

#include "base/ascii.h"

namespace edgevlm {

namespace http = boost::beast::http;

namespace {

std::string_view ValueOf(const http::fields::value_type& field) {
  return {field.value().data(), field.value().size()};
}

}  // namespace

std::optional<Malformed> ValidateHead(const http::request<http::string_body>& message) {
  const bool is_old = message.version() < 11;
  const auto hosts = message.count(http::field::host);
  if (hosts > 1) return Malformed{400, "expected one header Host, found several"};
  if (hosts == 0 && !is_old) return Malformed{400, "expected a header Host, found none"};
  const auto coding = message.find(http::field::transfer_encoding);
  if (coding != message.end()) {
    if (is_old) return Malformed{400, "Transfer-Encoding: expected none in HTTP/1.0"};
    if (!EqualIgnoringCase(ValueOf(*coding), "chunked")) {
      return Malformed{501, "Transfer-Encoding: expected chunked"};
    }
  }
  const auto expect = message.find(http::field::expect);
  if (expect != message.end() && !EqualIgnoringCase(ValueOf(*expect), "100-continue")) {
    return Malformed{417, "Expect: expected 100-continue"};
  }
  return std::nullopt;
}

}  // namespace edgevlm
