// Worker: takes images from a queue, and sends their replies.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "fleet/fleet_status.h"
#include "fleet/queue/queue.h"
#include "fleet/reply_pipeline.h"

namespace edgevlm {

struct WorkerOptions {
  std::string name;          // in statuses and replies
  std::string model;         // the key of the images that it takes (QueueToken)
  int together = 4;          // images taken at once, at least 1
  int tries = 3;             // deliveries of an image that ended its workers, until it is set aside
  std::int64_t images = -1;  // to end after; below 0: until it is stopped
};

// Why a worker takes no more images for now; empty: it does. "hot" or "low memory".
using Pressure = std::function<std::string()>;

struct WorkerCalls {
  // Compiles a JSON schema. Errors: any; the image's replies are then that error.
  std::function<Result<std::shared_ptr<const Grammar>>(const std::string&)> read_schema = nullptr;
  Pressure pressure = nullptr;  // asked before images are taken; at most once a second
  std::function<void(const WorkerStatus&)> on_status = nullptr;  // every two seconds
  // One line about what lasts: the broker is away.
  std::function<void(const std::string&)> on_problem = nullptr;
  std::function<bool()> is_stopped = nullptr;  // images that it has are completed
};

// Processes images until it is stopped. An image is acknowledged after the broker has stored its
// replies, so one that is lost with its worker is delivered to another; before only if the broker
// has no room for them. Replies have the id of their image, and the sender counts the first only.
// An image that was delivered before is computed alone, for it may have ended its worker; after
// `tries` deliveries its reply is an error. Errors: kIo, and those of the pipeline. Threads: calls
// are made on two threads, one at a time each.
Result<WorkerStatus> RunWorker(Queue& queue, const ImagePipeline& pipeline,
                               const WorkerOptions& options, const WorkerCalls& calls);

}  // namespace edgevlm
