// QueuePipeline: replies about many images, by workers that share a queue (worker.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "fleet/queue/queue.h"
#include "fleet/queue_message.h"
#include "fleet/reply_pipeline.h"

namespace edgevlm {

struct QueuePipelineOptions {
  std::string model;  // which workers: those with this key (QueueToken)
  std::string batch;  // a name that no other batch has at the same time (QueueToken)
  QueueWork work = {};
  int ahead = 256;  // images in the queue, at least 1: enough that no worker waits
  std::int64_t ahead_bytes = std::int64_t{256} << 20;  // of their files, or one image
};

struct QueueCalls {
  // Whether to end at once. Images in the queue are then taken out of it.
  std::function<bool()> is_stopped = nullptr;
  // One line about what lasts: the broker is away, or back.
  std::function<void(const std::string&)> on_problem = nullptr;
};

// As RunPipeline, with the work done elsewhere. Sends images as they are answered, so the queue
// stays small. A reply is acknowledged when PipelineReplies::on_stored is called; one that comes
// twice, or late from an earlier run, is dropped. Images that the broker has lost are sent again.
// While the broker is away or full, this waits. Errors: those of the calls; kUnsupported (a reply
// of another version).
MaybeError RunQueuePipeline(Queue& queue, const QueuePipelineOptions& options,
                            const PipelineCalls& calls, const QueueCalls& queue_calls);

}  // namespace edgevlm
