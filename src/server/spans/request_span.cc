#include "server/spans/request_span.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "edgevlm/edgevlm.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// Numbers of OTLP's enumerations.
enum SpanKind { kInternal = 1, kServer = 2 };
constexpr int kStatusError = 2;
constexpr int kFirstServerError = 500;  // of HTTP's status codes

json TextAttribute(const char* key, const std::string& value) {
  return {{"key", key}, {"value", {{"stringValue", value}}}};
}

// Integers of 64 bits are texts in the JSON of Protocol Buffers.
json CountAttribute(const char* key, int value) {
  return {{"key", key}, {"value", {{"intValue", std::to_string(value)}}}};
}

// A stage of the request, in ms from Submit on.
struct StageSpan {
  const char* name;
  double begin_ms;
  double duration_ms;
};

std::array<StageSpan, 7> StagesOf(const RequestSpan& request) {
  const RequestReply& reply = *request.reply;
  const Timings& t = reply.reply.timings;
  const double decoded_ms = reply.queue_ms + t.decode_ms;
  const double preprocessed_ms = decoded_ms + t.preprocess_ms;
  return {{{"fetch", -request.fetch_ms, request.fetch_ms},
           {"queue", 0, reply.queue_ms},
           {"image_decode", reply.queue_ms, t.decode_ms},
           {"preprocess", decoded_ms, t.preprocess_ms},
           {"encoder_forward", preprocessed_ms, t.encode_ms},
           {"prefill", reply.first_token_ms - t.prefill_ms, t.prefill_ms},
           {"decode", t.total_ms - t.generate_ms, t.generate_ms}}};
}

class SpanWriter {
 public:
  SpanWriter(const RequestSpan& request, SpanIds& ids)
      : request_(request),
        ids_(ids),
        trace_id_(request.origin.caller ? request.origin.caller->trace_id : ids.NewTraceId()) {}

  json Spans() {
    json root = Span(request_.origin.method + " " + request_.origin.route, kServer,
                     -request_.fetch_ms, request_.fetch_ms + request_.duration_ms);
    if (request_.origin.caller) root["parentSpanId"] = request_.origin.caller->parent_id;
    root["attributes"] = Attributes();
    root["status"] = json::object();
    if (request_.status >= kFirstServerError) root["status"]["code"] = kStatusError;
    const json root_id = root["spanId"];
    json spans = json::array({std::move(root)});
    if (request_.reply == nullptr) return spans;
    for (const StageSpan& stage : StagesOf(request_)) {
      if (stage.duration_ms <= 0) continue;
      json span = Span(stage.name, kInternal, stage.begin_ms, stage.duration_ms);
      span["parentSpanId"] = root_id;
      spans.push_back(std::move(span));
    }
    return spans;
  }

 private:
  json Span(const std::string& name, SpanKind kind, double begin_ms, double duration_ms) {
    return {{"traceId", trace_id_},
            {"spanId", ids_.NewSpanId()},
            {"name", name},
            {"kind", kind},
            {"startTimeUnixNano", UnixNanoseconds(begin_ms)},
            {"endTimeUnixNano", UnixNanoseconds(begin_ms + duration_ms)}};
  }

  std::string UnixNanoseconds(double ms) const {
    return std::to_string(request_.submit_ns + std::llround(1e6 * ms));
  }

  json Attributes() const {
    json list = json::array({TextAttribute("http.request.method", request_.origin.method),
                             TextAttribute("http.route", request_.origin.route),
                             CountAttribute("http.response.status_code", request_.status),
                             TextAttribute("gen_ai.response.id", request_.origin.id),
                             TextAttribute("gen_ai.response.model", request_.model)});
    if (request_.reply == nullptr) return list;
    const RequestReply& reply = *request_.reply;
    list.push_back(CountAttribute("gen_ai.usage.input_tokens", reply.reply.prompt_tokens));
    list.push_back(CountAttribute("gen_ai.usage.output_tokens", reply.reply.reply_tokens));
    list.push_back(CountAttribute("edgevlm.image_tokens", reply.image_tokens));
    list.push_back(CountAttribute("edgevlm.reused_tokens", reply.reply.reused_tokens));
    return list;
  }

  const RequestSpan& request_;
  SpanIds& ids_;
  const std::string trace_id_;
};

}  // namespace

std::string SpanIds::NewSpanId() {
  std::uint64_t id = 0;
  while (id == 0) id = random_();
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(id));
  return text.data();
}

std::string OtlpLine(const RequestSpan& request, SpanIds& ids) {
  const std::string version(Version());
  const json resource = {{"attributes", json::array({TextAttribute("service.name", "edgevlm"),
                                                     TextAttribute("service.version", version)})}};
  const json scope_spans = {{"scope", {{"name", "edgevlm.server"}, {"version", version}}},
                            {"spans", SpanWriter(request, ids).Spans()}};
  const json resource_spans = {{"resource", resource}, {"scopeSpans", json::array({scope_spans})}};
  const json line = {{"resourceSpans", json::array({resource_spans})}};
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace edgevlm
