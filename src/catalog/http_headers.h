// The headers of an HTTP answer that downloads need.
#pragma once

#include <string_view>

#include "catalog/http.h"

namespace edgevlm {

// Takes one header line ("ETag: \"5\"\r\n") into `response`; a status line ("HTTP/1.1 200 OK")
// starts a new answer. Unknown and broken headers are passed over.
void ReadHeader(std::string_view line, HttpResponse& response);

}  // namespace edgevlm
