// ServerMetrics: the figures of a server, each with its one name.
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

  void RequestEnded(std::string_view endpoint, int status, double seconds);
  void RequestBegan() { in_flight_.Add(1); }
  // Why requests were turned away ("queue_full") or did not end ("client", "timeout").
  void Rejected(const std::string& reason);
  void Cancelled(const std::string& reason);

  void TokenCame(double seconds_since_last) { inter_token_.Observe(seconds_since_last); }
  void Replied(const RequestReply& reply);

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

// The figures of process and machine.
nlohmann::json ToJson(const SystemStats& stats);

}  // namespace edgevlm
