// Options of commands that use a queue (docs/fleet.md).
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/options.h"
#include "edgevlm/edgevlm.h"
#include "fleet/batch.h"
#include "fleet/queue/queue.h"

namespace edgevlm {

// Of an image's keys and values, which the questions after the first find again.
inline constexpr std::size_t kBatchPrefixCacheBytes = std::size_t{256} << 20;

// --queue and how to log in. Also from the environment, where the list of processes shows no
// password: EDGEVLM_QUEUE.
void DeclareQueue(CLI::App& app, QueueOptions& options);

// Errors: kInvalid (a certificate without its key).
MaybeError CheckQueue(const QueueOptions& options);

// The key of the images that a model takes: equal on two devices if their replies are the same. Of
// its file and the options that change replies.
std::string ModelKey(const ModelInfo& info, const ModelOptions& options);

// This machine's name.
std::string HostName();

// Runs a batch whose images are processed by `edgevlm worker`, and prints problems of the queue.
// schema: text of the file; empty: none. Errors: those of RunBatch and Queue::Connect; kUnsupported
// (a build without EDGEVLM_FLEET).
struct QueueBatch {
  QueueOptions queue;
  std::string model;  // ModelKey
  std::string schema = {};
  int ahead = 256;
};
Result<BatchReport> RunBatchByQueue(const QueueBatch& queue_batch,
                                    const std::vector<std::string>& images,
                                    const BatchOptions& options, const BatchCalls& calls);

// What `edgevlm fleet status` prints. Errors: as above.
Result<std::string> FleetStatusOf(const QueueOptions& options, bool json);

}  // namespace edgevlm
