// RequestSpan: a request for a reply as OpenTelemetry describes it.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "edgevlm/scheduler.h"
#include "server/spans/trace_context.h"

namespace edgevlm {

// What is known of a request when it is submitted.
struct RequestOrigin {
  std::string method = {};                  // "POST"
  std::string route = {};                   // "/vqa"
  std::string id = {};                      // as the reply shows it
  std::optional<TraceContext> caller = {};  // where the request has a valid traceparent
};

struct RequestSpan {
  RequestOrigin origin;
  std::string model;
  std::int64_t submit_ns = 0;           // since 1970
  double duration_ms = 0;               // from then on
  double fetch_ms = 0;                  // before
  int status = 200;                     // of the response
  const RequestReply* reply = nullptr;  // null: the request failed
};

// Random ids. Threads: one at a time.
class SpanIds {
 public:
  explicit SpanIds(std::uint64_t seed) : random_(seed) {}
  std::string NewTraceId() { return NewSpanId() + NewSpanId(); }
  std::string NewSpanId();  // not 0

 private:
  std::mt19937_64 random_;
};

// One line of OTLP JSON, without its end: the span of the request, named "POST /vqa", and inside it
// fetch, queue, image_decode, preprocess, encoder_forward, prefill and decode, without those that
// did not occur. Attributes have the names of OpenTelemetry's semantic conventions (HTTP, GenAI);
// those of our own begin with "edgevlm.". Several images are one span of each kind.
std::string OtlpLine(const RequestSpan& request, SpanIds& ids);

}  // namespace edgevlm
