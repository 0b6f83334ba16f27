// edgevlm batch --queue and edgevlm fleet status.
#include <chrono>
#include <filesystem>

#include "cli/queue_options.h"
#include "digest/sha256.h"
#include "fleet/fleet_status.h"
#include "fleet/queue/queue_pipeline.h"
#include "fleet/recent_rate.h"

namespace edgevlm {
namespace {

constexpr std::chrono::seconds kStatusPeriod(2);

// The same for the same results on the same machine, and for no others.
std::string BatchName(const std::string& results) {
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(results, ignored).lexically_normal().string();
  const std::string text = HostName() + "\n" + path;
  Sha256 digest;
  digest.Update(std::as_bytes(std::span(text)));
  constexpr std::size_t kDigits = 8;
  return std::filesystem::path(results).stem().string() + "-" +
         digest.HexDigest().substr(0, kDigits);
}

// Reports the progress of a batch to the queue.
class StatusSender {
 public:
  StatusSender(Queue& queue, std::string batch, std::string model)
      : queue_(queue), name_(QueueToken(batch)), model_(std::move(model)) {}

  void Note(const BatchProgress& progress) {
    last_ = progress;
    const auto now = RecentRate::Clock::now();
    if (now < next_) return;
    next_ = now + kStatusPeriod;
    rate_.Note(now, progress.done);
    Send();
  }

  // What was reached, when no more is to come.
  void Send() {
    // Best effort: a broker that is away is reported by what matters.
    static_cast<void>(
        queue_.PutStatus("batch." + name_, StatusText({.name = name_,
                                                       .model = model_,
                                                       .images = last_.images,
                                                       .done = last_.earlier + last_.done,
                                                       .failed = last_.failed,
                                                       .per_second = rate_.per_second()})));
  }

 private:
  Queue& queue_;
  const std::string name_;
  const std::string model_;
  RecentRate rate_ = RecentRate(RecentRate::Clock::now());
  RecentRate::Clock::time_point next_;
  BatchProgress last_;
};

}  // namespace

Result<BatchReport> RunBatchByQueue(const QueueBatch& queue_batch,
                                    const std::vector<std::string>& images,
                                    const BatchOptions& options, const BatchCalls& calls) {
  Result<Queue> queue = Queue::Connect(queue_batch.queue);
  if (!queue) return queue.error();
  const QueuePipelineOptions queue_options = {
      .model = queue_batch.model,
      .batch = BatchName(options.results),
      .work = {.asked = options.pipeline.asked, .schema = queue_batch.schema},
      .ahead = queue_batch.ahead};
  StatusSender sender(*queue, queue_options.batch, queue_batch.model);
  BatchCalls with_status = calls;
  with_status.on_progress = [&](const BatchProgress& progress) {
    sender.Note(progress);
    if (calls.on_progress != nullptr) calls.on_progress(progress);
  };
  const QueueCalls queue_calls = {.is_stopped = calls.is_stopped, .on_problem = calls.on_problem};
  const auto pipeline = [&](const PipelineCalls& pipeline_calls) {
    return RunQueuePipeline(*queue, queue_options, pipeline_calls, queue_calls);
  };
  Result<BatchReport> report = RunBatch(pipeline, images, options, with_status);
  sender.Send();
  return report;
}

Result<std::string> FleetStatusOf(const QueueOptions& options, bool json) {
  Result<Queue> queue = Queue::Connect(options);
  if (!queue) return queue.error();
  const auto texts = queue->Statuses();
  if (!texts) return texts.error();
  const FleetStatus status = ReadStatuses(*texts);
  return json ? FleetStatusJson(status) : FleetStatusLines(status);
}

}  // namespace edgevlm
