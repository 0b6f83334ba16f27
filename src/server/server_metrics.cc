#include "server/server_metrics.h"

#include <array>
#include <nlohmann/json.hpp>

#include "server/reply_fields.h"

namespace edgevlm {
namespace {

// From one token on a large machine to an image on a Raspberry Pi.
constexpr std::array kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,   0.25,  0.5,
                                 1.0,   2.5,    5.0,   10.0, 30.0,  60.0, 120.0, 300.0, 600.0};
constexpr std::array kTokensPerSecond = {1.0,  2.0,   5.0,   10.0,  20.0,
                                         50.0, 100.0, 200.0, 500.0, 1000.0};

constexpr double kMilliseconds = 1e-3;

}  // namespace

ServerMetrics::ServerMetrics(const ModelInfo& model, double load_seconds)
    : in_flight_(registry_.gauge("edgevlm_requests_in_flight", "Requests in flight")),
      queue_depth_(registry_.gauge("edgevlm_queue_depth", "Requests waiting in the queue")),
      running_(
          registry_.gauge("edgevlm_requests_running", "Requests decoded together in one batch")),
      first_token_(registry_.distribution("edgevlm_time_to_first_token_seconds",
                                          "Time from a request to its first token", kSeconds)),
      inter_token_(registry_.distribution("edgevlm_inter_token_latency_seconds",
                                          "Time between two pieces of a reply", kSeconds)),
      tokens_per_second_(registry_.distribution("edgevlm_reply_tokens_per_second",
                                                "Decode speed of one reply, after its first token",
                                                kTokensPerSecond)),
      prompt_tokens_(registry_.counter("edgevlm_prompt_tokens_total", "Prompt tokens")),
      reused_tokens_(registry_.counter("edgevlm_prompt_tokens_reused_total",
                                       "Prompt tokens found in the prefix cache")),
      image_tokens_(
          registry_.counter("edgevlm_image_tokens_total", "Prompt tokens that stand for images")),
      reply_tokens_(registry_.counter("edgevlm_generation_tokens_total", "Generated tokens")),
      early_tokens_(registry_.counter("edgevlm_early_exit_tokens_total",
                                      "Generated tokens taken from an early exit")),
      drafted_tokens_(registry_.counter("edgevlm_drafted_tokens_total",
                                        "Draft tokens of speculative decoding")),
      accepted_tokens_(
          registry_.counter("edgevlm_accepted_tokens_total", "Draft tokens that were accepted")),
      moved_caches_(registry_.counter("edgevlm_moved_caches_total",
                                      "Replies with a smaller KV cache than requested, because "
                                      "memory was short")),
      decode_threads_(registry_.gauge(
          "edgevlm_decode_threads", "Threads that decoded the last reply; fewer when it is hot")) {
  registry_
      .gauge("edgevlm_build_info", "Always 1; the labels describe the build and the model",
             {{"version", std::string(Version())},
              {"instruction_set", model.instruction_set},
              {"architecture", model.architecture}})
      .Set(1);
  registry_.gauge("edgevlm_model_load_seconds", "Time to load the model").Set(load_seconds);
}

void ServerMetrics::OnRequestEnd(std::string_view endpoint, int status, double seconds) {
  in_flight_.Add(-1);
  const std::string name(endpoint);
  registry_
      .counter("edgevlm_requests_total", "Answered requests",
               {{"endpoint", name}, {"code", std::to_string(status)}})
      .Add();
  registry_
      .distribution("edgevlm_request_duration_seconds",
                    "Time from a request to the end of its reply", kSeconds, {{"endpoint", name}})
      .Observe(seconds);
}

void ServerMetrics::OnRejected(const std::string& reason) {
  registry_.counter("edgevlm_rejected_total", "Rejected requests", {{"reason", reason}}).Add();
}

void ServerMetrics::OnCancelled(const std::string& reason) {
  registry_.counter("edgevlm_cancelled_total", "Cancelled requests", {{"reason", reason}}).Add();
}

void ServerMetrics::OnReply(const RequestReply& reply) {
  const Timings& t = reply.reply.timings;
  const auto stage = [&](const char* name, double milliseconds) {
    if (milliseconds <= 0) return;
    registry_
        .distribution("edgevlm_stage_duration_seconds", "Time of each stage of a request", kSeconds,
                      {{"stage", name}})
        .Observe(milliseconds * kMilliseconds);
  };
  stage("fetch", reply.fetch_ms);
  stage("queue", reply.queue_ms);
  stage("decode", t.decode_ms);
  stage("preprocess", t.preprocess_ms);
  stage("encode", t.encode_ms);
  stage("prefill", t.prefill_ms);
  stage("generate", t.generate_ms);
  first_token_.Observe(reply.first_token_ms * kMilliseconds);
  prompt_tokens_.Add(reply.reply.prompt_tokens);
  reused_tokens_.Add(reply.reply.reused_tokens);
  image_tokens_.Add(reply.image_tokens);
  for (int i = 0; i < CountReplies(reply); ++i) {
    const Reply& one = ReplyAt(reply, i);
    reply_tokens_.Add(one.reply_tokens);
    early_tokens_.Add(one.early_tokens);
    drafted_tokens_.Add(one.drafted_tokens);
    accepted_tokens_.Add(one.accepted_tokens);
  }
  moved_caches_.Add(reply.reply.cache_is_moved ? 1 : 0);
  decode_threads_.Set(reply.reply.decode_threads);
  if (reply.reply.reply_tokens > 1 && t.generate_ms > 0) {
    tokens_per_second_.Observe((reply.reply.reply_tokens - 1) / (t.generate_ms * kMilliseconds));
  }
}

void ServerMetrics::SetQueue(const SchedulerStats& stats) {
  queue_depth_.Set(stats.waiting);
  running_.Set(stats.running);
}

void ServerMetrics::SetCaches(const CacheCounters& images, const CacheCounters& prompts) {
  const auto set = [this](const std::string& cache, const CacheCounters& counters) {
    const std::string begin = "edgevlm_" + cache + "_cache_";
    const auto gauge = [&](const char* end, const char* help, auto value) {
      registry_.gauge(begin + end, help).Set(static_cast<double>(value));
    };
    gauge("hits_total", "Lookups that found an entry", counters.hits);
    gauge("misses_total", "Lookups that found none", counters.misses);
    gauge("evictions_total", "Evicted entries", counters.evictions);
    gauge("bytes", "Bytes held", counters.bytes);
  };
  set("image", images);
  set("prompt", prompts);
}

void ServerMetrics::SetSystem(const SystemStats& stats) {
  const auto set = [this](const char* name, const char* help, auto value) {
    registry_.gauge(name, help).Set(static_cast<double>(value));
  };
  set("process_resident_memory_bytes", "Resident memory", stats.resident);
  set("process_anonymous_memory_bytes", "Resident memory that no file backs", stats.anonymous);
  set("process_swapped_memory_bytes", "Memory in swap space", stats.swapped);
  set("process_cpu_seconds_total", "Processor time, user and system", stats.cpu_seconds);
  set("process_open_fds", "Open files", stats.open_files);
  if (stats.temperature_celsius) {
    set("edgevlm_temperature_celsius", "The hottest sensor", *stats.temperature_celsius);
  }
}

nlohmann::json ToJson(const SystemStats& stats) {
  const auto& heat = stats.temperature_celsius;
  return {{"resident_bytes", stats.resident},
          {"resident_peak_bytes", stats.resident_peak},
          {"anonymous_bytes", stats.anonymous},
          {"swapped_bytes", stats.swapped},
          {"memory_total_bytes", stats.memory_total},
          {"memory_available_bytes", stats.memory_available},
          {"cpu_seconds", stats.cpu_seconds},
          {"load", stats.load},
          {"open_files", stats.open_files},
          {"temperature_celsius", heat ? nlohmann::json(*heat) : nlohmann::json()}};
}

}  // namespace edgevlm
