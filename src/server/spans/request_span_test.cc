#include "server/spans/request_span.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using nlohmann::json;

RequestReply ShortReply() {
  RequestReply reply;
  reply.queue_ms = 2;
  reply.first_token_ms = 30;
  reply.image_tokens = 18;
  reply.reply.prompt_tokens = 25;
  reply.reply.reused_tokens = 3;
  reply.reply.reply_tokens = 7;
  reply.reply.timings = {.decode_ms = 1,
                         .preprocess_ms = 0.5,
                         .encode_ms = 15,
                         .prefill_ms = 10,
                         .generate_ms = 12,
                         .total_ms = 42};
  return reply;
}

RequestSpan Span(const RequestReply* reply) {
  RequestSpan span{.origin = {.method = "POST", .route = "/vqa", .id = "req-1"},
                   .model = "tiny",
                   .submit_ns = 1'700'000'000'000'000'000,
                   .duration_ms = 42.25,
                   .fetch_ms = 4,
                   .reply = reply};
  span.origin.caller = {.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                        .parent_id = "00f067aa0ba902b7"};
  return span;
}

json SpansOf(const std::string& line) {
  return json::parse(line)["resourceSpans"][0]["scopeSpans"][0]["spans"];
}

TEST(RequestSpan, IsWrittenAsOtlpJson) {
  const RequestReply reply = ShortReply();
  SpanIds ids(1);
  const json line = json::parse(OtlpLine(Span(&reply), ids));
  ASSERT_EQ(line.size(), 1u);
  ASSERT_EQ(line["resourceSpans"].size(), 1u);
  const json& resource = line["resourceSpans"][0];
  EXPECT_EQ(resource["resource"]["attributes"][0],
            json::parse(R"({"key": "service.name", "value": {"stringValue": "edgevlm"}})"));
  ASSERT_EQ(resource["scopeSpans"].size(), 1u);
  EXPECT_EQ(resource["scopeSpans"][0]["scope"]["name"], "edgevlm.server");
  json root = resource["scopeSpans"][0]["spans"][0];
  EXPECT_EQ(root["spanId"].get<std::string>().size(), 16u);
  root.erase("spanId");
  EXPECT_EQ(root, json::parse(R"({
    "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
    "parentSpanId": "00f067aa0ba902b7",
    "name": "POST /vqa",
    "kind": 2,
    "startTimeUnixNano": "1699999999996000000",
    "endTimeUnixNano": "1700000000042250000",
    "attributes": [
      {"key": "http.request.method", "value": {"stringValue": "POST"}},
      {"key": "http.route", "value": {"stringValue": "/vqa"}},
      {"key": "http.response.status_code", "value": {"intValue": "200"}},
      {"key": "gen_ai.response.id", "value": {"stringValue": "req-1"}},
      {"key": "gen_ai.response.model", "value": {"stringValue": "tiny"}},
      {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "25"}},
      {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "7"}},
      {"key": "edgevlm.image_tokens", "value": {"intValue": "18"}},
      {"key": "edgevlm.reused_tokens", "value": {"intValue": "3"}}],
    "status": {}})"));
}

TEST(RequestSpan, HasAChildForEachStage) {
  const RequestReply reply = ShortReply();
  SpanIds ids(1);
  const json spans = SpansOf(OtlpLine(Span(&reply), ids));
  // Begin and end in microseconds after the request was submitted.
  const std::map<std::string, std::pair<long, long>> expected = {{"fetch", {-4000, 0}},
                                                                 {"queue", {0, 2000}},
                                                                 {"image_decode", {2000, 3000}},
                                                                 {"preprocess", {3000, 3500}},
                                                                 {"encoder_forward", {3500, 18500}},
                                                                 {"prefill", {20000, 30000}},
                                                                 {"decode", {30000, 42000}}};
  ASSERT_EQ(spans.size(), expected.size() + 1);
  for (std::size_t i = 1; i < spans.size(); ++i) {
    const auto microseconds = [&](const char* field) {
      const long long ns = std::stoll(spans[i][field].get<std::string>());
      return static_cast<long>((ns - 1'700'000'000'000'000'000) / 1000);
    };
    const auto& [begin, end] = expected.at(spans[i]["name"]);
    EXPECT_EQ(microseconds("startTimeUnixNano"), begin) << spans[i]["name"];
    EXPECT_EQ(microseconds("endTimeUnixNano"), end) << spans[i]["name"];
    EXPECT_EQ(spans[i]["parentSpanId"], spans[0]["spanId"]);
    EXPECT_EQ(spans[i]["traceId"], spans[0]["traceId"]);
    EXPECT_EQ(spans[i]["kind"], 1);
  }
}

TEST(RequestSpan, LeavesOutStagesThatDidNotOccur) {
  RequestReply reply = ShortReply();
  reply.reply.timings.decode_ms = 0;
  reply.reply.timings.preprocess_ms = 0;
  reply.reply.timings.encode_ms = 0;
  RequestSpan span = Span(&reply);
  span.fetch_ms = 0;
  SpanIds ids(1);
  const json spans = SpansOf(OtlpLine(span, ids));
  ASSERT_EQ(spans.size(), 4u);
  EXPECT_EQ(spans[1]["name"], "queue");
  EXPECT_EQ(spans[2]["name"], "prefill");
}

TEST(RequestSpan, OfAFailedRequestHasItsStatus) {
  RequestSpan span = Span(nullptr);
  span.status = 504;
  span.origin.caller.reset();
  SpanIds ids(1);
  const json spans = SpansOf(OtlpLine(span, ids));
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0]["status"]["code"], 2);
  EXPECT_FALSE(spans[0].contains("parentSpanId"));
  EXPECT_EQ(spans[0]["traceId"].get<std::string>().size(), 32u);
  EXPECT_NE(SpansOf(OtlpLine(span, ids))[0]["traceId"], spans[0]["traceId"]);
  span.status = 400;
  EXPECT_EQ(SpansOf(OtlpLine(span, ids))[0]["status"], json::object()) << "the client's error";
}

}  // namespace
}  // namespace edgevlm
