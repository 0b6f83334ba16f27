// TraceContext: the position of a request in a distributed trace (W3C Trace Context).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

struct TraceContext {
  std::string trace_id;   // 32 hexadecimal digits, lower case
  std::string parent_id;  // 16, of the caller's span
};

// Parses the header traceparent, "00-TRACE-PARENT-FLAGS". Nothing if it is malformed, as the
// standard defines it: such a header is to be ignored.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

}  // namespace edgevlm
