// ServingReport: serving throughput and latency, with the metrics of `vllm bench serve`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace edgevlm {

// One request, measured by its client. Times in milliseconds.
struct ServedRequest {
  bool succeeded = false;
  int prompt_tokens = 0;
  int reply_tokens = 0;
  double begin_ms = 0;               // since the start of the first request
  double first_token_ms = 0;         // since its own start
  double total_ms = 0;               // likewise
  std::vector<double> gaps_ms = {};  // between pieces of the reply
};

// Mean, median and 99th percentile.
struct LatencySummary {
  double mean = 0;
  double median = 0;
  double p99 = 0;
};
LatencySummary SummaryOf(const std::vector<double>& values);

struct ServingReport {
  int successful = 0;
  int failed = 0;
  double duration_s = 0;
  long long prompt_tokens = 0;
  long long reply_tokens = 0;
  int peak_concurrency = 0;
  LatencySummary ttft_ms;  // time to first token
  LatencySummary tpot_ms;  // time per token of a reply, the first excluded
  LatencySummary itl_ms;   // between pieces
  LatencySummary e2el_ms;  // the whole request
};

// duration_ms: from the start of the first request to the end of the last one.
ServingReport MakeServingReport(std::span<const ServedRequest> requests, double duration_ms);

// vLLM's "Serving Benchmark Result" block, so that scripts for its output work here too.
std::string ServingText(const ServingReport& report);

// The same as JSON, with the names of vLLM's --save-result.
nlohmann::json ServingJson(const ServingReport& report);

}  // namespace edgevlm
