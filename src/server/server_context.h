// ServerContext: the state that all requests of a server share.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "edgevlm/edgevlm.h"
#include "edgevlm/scheduler.h"
#include "server/options.h"
#include "server/response_store.h"
#include "server/server_metrics.h"
#include "server/speech/transcription_queue.h"
#include "server/task_queue.h"

namespace edgevlm {

// Requests for embeddings that wait.
inline constexpr std::size_t kMaxEmbeddingTasks = 16;
// Requests whose videos wait, and those whose videos are decoded at once: each takes a core or
// more, and memory of its own program.
inline constexpr std::size_t kMaxVideoTasks = 8;
inline constexpr int kVideosAtOnce = 2;

// Threads: any.
class ServerContext {
 public:
  ServerContext(const Engine& engine, const ServerOptions& options)
      : engine_(engine),
        model_name_(options.model_name),
        optimizations_(options.optimizations),
        spans_(options.spans),
        machine_limits_(options.scheduler.profile ? engine.MeasureLimits() : MachineLimits()),
        rules_(std::make_shared<const ServerRules>(options.rules)),
        responses_(options.stored_response_bytes),
        metrics_(engine.info(), options.model_load_seconds),
        transcriber_name_(options.transcriber_name),
        scheduler_(engine, options.scheduler) {
    if (options.transcriber == nullptr) return;
    transcripts_ =
        std::make_unique<TranscriptionQueue>(options.transcriber, options.scheduler.waiting);
  }

  const Engine& engine() const { return engine_; }
  const std::string& model_name() const { return model_name_; }
  // Whether a request may name the model so: by its name, an alias, "default" or nothing at all,
  // each with or without a tag (":latest").
  bool IsModel(std::string_view name) const;
  const std::map<std::string, std::string>& optimizations() const { return optimizations_; }
  SpanFile* spans() const { return spans_.get(); }  // null: none are written
  // Measured at the start, where requests are profiled.
  const MachineLimits& machine_limits() const { return machine_limits_; }
  Scheduler& scheduler() { return scheduler_; }
  TaskQueue& embedding_tasks() { return embedding_tasks_; }
  TaskQueue& video_tasks() { return video_tasks_; }
  ResponseStore& responses() { return responses_; }
  TranscriptionQueue* transcripts() { return transcripts_.get(); }  // null: no sound is read
  const std::string& transcriber_name() const { return transcriber_name_; }
  ServerMetrics& metrics() { return metrics_; }

  // Cancels what is under way, and returns when it has ended.
  void Stop() {
    video_tasks_.Stop();  // they submit to the scheduler
    scheduler_.Stop();
    embedding_tasks_.Stop();
    if (transcripts_ != nullptr) transcripts_->Stop();
  }

  // The current rules. The object does not change; SetRules replaces it.
  std::shared_ptr<const ServerRules> rules() const {
    const std::lock_guard lock(mutex_);
    return rules_;
  }
  void SetRules(ServerRules rules) {
    auto fresh = std::make_shared<const ServerRules>(std::move(rules));
    const std::lock_guard lock(mutex_);
    rules_.swap(fresh);
  }

  // Whether the server is shutting down and accepts no new work.
  bool draining() const { return draining_; }
  void Drain() { draining_ = true; }

  double uptime_seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }
  // When the server started; also reported as the date of its model.
  std::chrono::system_clock::time_point start_time() const { return start_time_; }

  // A number that no other request of this server gets.
  std::uint64_t NextNumber() { return ++last_number_; }

 private:
  const Engine& engine_;
  const std::string model_name_;
  const std::map<std::string, std::string> optimizations_;
  const std::shared_ptr<SpanFile> spans_;
  const MachineLimits machine_limits_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ServerRules> rules_;
  ResponseStore responses_;
  ServerMetrics metrics_;
  std::atomic<bool> draining_ = false;
  std::atomic<std::uint64_t> last_number_ = 0;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const std::chrono::system_clock::time_point start_time_ = std::chrono::system_clock::now();
  const std::string transcriber_name_;
  TaskQueue embedding_tasks_{"embeddings", kMaxEmbeddingTasks};
  // Last, so they are destroyed first: their listeners use the rest.
  Scheduler scheduler_;
  std::unique_ptr<TranscriptionQueue> transcripts_;
  TaskQueue video_tasks_{"videos", kMaxVideoTasks, kVideosAtOnce};
};

}  // namespace edgevlm
