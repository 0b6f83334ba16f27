#include "metrics/serving_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "metrics/percentile.h"

namespace edgevlm {
namespace {

constexpr double kMillisecondsPerSecond = 1000;
constexpr int kWidth = 50;

// The largest number of requests that were under way at the same time.
int PeakConcurrency(std::span<const ServedRequest> requests) {
  std::vector<std::pair<double, int>> changes;
  for (const ServedRequest& request : requests) {
    changes.emplace_back(request.begin_ms, 1);
    changes.emplace_back(request.begin_ms + request.total_ms, -1);
  }
  std::ranges::sort(changes);
  int running = 0;
  int peak = 0;
  for (const auto& change : changes) peak = std::max(peak, running += change.second);
  return peak;
}

double PerSecond(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

std::string Line(const char* name, double value, int decimals) {
  std::array<char, 96> text;
  std::snprintf(text.data(), text.size(), "%-40s %-10.*f\n", name, decimals, value);
  return text.data();
}

// "-----Time to First Token------", as wide as the block.
std::string Title(const std::string& name, char fill) {
  const std::size_t left = (kWidth - name.size()) / 2;
  std::string line(left, fill);
  line += name;
  line.resize(kWidth, fill);
  return line + "\n";
}

std::string SummaryLines(const std::string& title, const std::string& name,
                         const LatencySummary& summary) {
  return Title(title, '-') + Line(("Mean " + name + " (ms):").c_str(), summary.mean, 2) +
         Line(("Median " + name + " (ms):").c_str(), summary.median, 2) +
         Line(("P99 " + name + " (ms):").c_str(), summary.p99, 2);
}

void AddSummary(const std::string& name, const LatencySummary& summary, nlohmann::json& object) {
  object["mean_" + name + "_ms"] = summary.mean;
  object["median_" + name + "_ms"] = summary.median;
  object["p99_" + name + "_ms"] = summary.p99;
}

}  // namespace

LatencySummary SummaryOf(const std::vector<double>& values) {
  if (values.empty()) return {};
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {.mean = sum / static_cast<double>(values.size()),
          .median = Percentile(values, 50),
          .p99 = Percentile(values, 99)};
}

ServingReport MakeServingReport(std::span<const ServedRequest> requests, double duration_ms) {
  ServingReport report;
  report.duration_s = duration_ms / kMillisecondsPerSecond;
  report.peak_concurrency = PeakConcurrency(requests);
  std::vector<double> first, each, gaps, whole;
  for (const ServedRequest& request : requests) {
    if (!request.succeeded) {
      ++report.failed;
      continue;
    }
    ++report.successful;
    report.prompt_tokens += request.prompt_tokens;
    report.reply_tokens += request.reply_tokens;
    first.push_back(request.first_token_ms);
    whole.push_back(request.total_ms);
    gaps.insert(gaps.end(), request.gaps_ms.begin(), request.gaps_ms.end());
    if (request.reply_tokens > 1) {
      each.push_back((request.total_ms - request.first_token_ms) / (request.reply_tokens - 1));
    }
  }
  report.ttft_ms = SummaryOf(first);
  report.tpot_ms = SummaryOf(each);
  report.itl_ms = SummaryOf(gaps);
  report.e2el_ms = SummaryOf(whole);
  return report;
}

std::string ServingText(const ServingReport& report) {
  const auto total = static_cast<double>(report.prompt_tokens + report.reply_tokens);
  const auto replied = static_cast<double>(report.reply_tokens);
  return Title(" Serving Benchmark Result ", '=') +
         Line("Successful requests:", report.successful, 0) +
         Line("Failed requests:", report.failed, 0) +
         Line("Benchmark duration (s):", report.duration_s, 2) +
         Line("Total input tokens:", static_cast<double>(report.prompt_tokens), 0) +
         Line("Total generated tokens:", replied, 0) +
         Line("Request throughput (req/s):", PerSecond(report.successful, report.duration_s), 2) +
         Line("Output token throughput (tok/s):", PerSecond(replied, report.duration_s), 2) +
         Line("Peak concurrent requests:", report.peak_concurrency, 2) +
         Line("Total token throughput (tok/s):", PerSecond(total, report.duration_s), 2) +
         SummaryLines("Time to First Token", "TTFT", report.ttft_ms) +
         SummaryLines("Time per Output Token (excl. 1st token)", "TPOT", report.tpot_ms) +
         SummaryLines("Inter-token Latency", "ITL", report.itl_ms) +
         SummaryLines("End-to-end Latency", "E2EL", report.e2el_ms) + std::string(kWidth, '=') +
         "\n";
}

nlohmann::json ServingJson(const ServingReport& report) {
  const auto total = static_cast<double>(report.prompt_tokens + report.reply_tokens);
  nlohmann::json object = {
      {"completed", report.successful},
      {"failed", report.failed},
      {"duration", report.duration_s},
      {"total_input_tokens", report.prompt_tokens},
      {"total_output_tokens", report.reply_tokens},
      {"request_throughput", PerSecond(report.successful, report.duration_s)},
      {"output_throughput", PerSecond(static_cast<double>(report.reply_tokens), report.duration_s)},
      {"total_token_throughput", PerSecond(total, report.duration_s)},
      {"max_concurrent_requests", report.peak_concurrency}};
  AddSummary("ttft", report.ttft_ms, object);
  AddSummary("tpot", report.tpot_ms, object);
  AddSummary("itl", report.itl_ms, object);
  AddSummary("e2el", report.e2el_ms, object);
  return object;
}

}  // namespace edgevlm
