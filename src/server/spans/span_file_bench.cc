// What a span adds to a request: its line, written to a file.
#include <benchmark/benchmark.h>

#include <string>

#include "server/spans/span_file.h"

namespace edgevlm {
namespace {

void WriteSpan(benchmark::State& state) {
  const auto ignore = [](const std::string&) {};
  const auto file = SpanFile::Open("/dev/null", ignore);
  if (!file) return state.SkipWithError("/dev/null: expected a file that can be written");
  RequestReply reply;
  reply.first_token_ms = 30;
  reply.reply.reply_tokens = 7;
  reply.reply.timings = {.encode_ms = 15, .prefill_ms = 10, .generate_ms = 12, .total_ms = 42};
  RequestSpan span{.origin = {.method = "POST", .route = "/vqa", .id = "req-1"},
                   .model = "builtin",
                   .submit_ns = 1'700'000'000'000'000'000,
                   .duration_ms = 42.25,
                   .reply = &reply};
  span.origin.caller = {.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                        .parent_id = "00f067aa0ba902b7"};
  for (auto _ : state) (*file)->Write(span);
}
BENCHMARK(WriteSpan);

}  // namespace
}  // namespace edgevlm
