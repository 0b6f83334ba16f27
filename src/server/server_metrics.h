// ServerMetrics: the metrics of a server, each declared once with its name.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "edgevlm/scheduler.h"
#include "metrics/registry.h"
#include "metrics/system.h"

namespace edgevlm {

// Threads: any.
class ServerMetrics {
 public:
  ServerMetrics(const ModelInfo& model, double load_seconds);

  void OnRequestEnd(std::string_view endpoint, int status, double seconds);
  void OnRequestStart() { in_flight_.Add(1); }
  // reason: of the rejection ("queue_full") or the cancellation ("client", "timeout").
  void OnRejected(const std::string& reason);
  void OnCancelled(const std::string& reason);

  void OnToken(double seconds_since_last) { inter_token_.Observe(seconds_since_last); }
  void OnReply(const RequestReply& reply);

  void SetQueue(const SchedulerStats& stats);
  void SetCaches(const CacheCounters& images, const CacheCounters& prompts);
  void SetSystem(const SystemStats& stats);

  const Registry& registry() const { return registry_; }

 private:
  Registry registry_;
  Gauge& in_flight_;
  Gauge& queue_depth_;
  Gauge& running_;
  Distribution& first_token_;
  Distribution& inter_token_;
  Distribution& tokens_per_second_;
  Counter& prompt_tokens_;
  Counter& reused_tokens_;
  Counter& image_tokens_;
  Counter& reply_tokens_;
  Counter& early_tokens_;
  Counter& drafted_tokens_;
  Counter& accepted_tokens_;
  Counter& moved_caches_;
  Gauge& decode_threads_;
};

// The metrics of process and machine.
nlohmann::json ToJson(const SystemStats& stats);

}  // namespace edgevlm
