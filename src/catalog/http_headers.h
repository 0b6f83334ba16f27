// Parses the HTTP response headers that downloads need.
#pragma once

#include <string_view>

#include "catalog/http.h"

namespace edgevlm {

// Parses one header line ("ETag: \"5\"\r\n") into `response`; a status line ("HTTP/1.1 200 OK")
// starts a new response. Unknown and malformed headers are ignored.
void ReadHeader(std::string_view line, HttpResponse& response);

}  // namespace edgevlm
