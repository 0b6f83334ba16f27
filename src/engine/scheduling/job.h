// Job: one request of a Scheduler, from Submit to its end. For engine/scheduling/ only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/stopwatch.h"
#include "edgevlm/scheduler.h"
#include "engine/scheduling/prepare.h"

namespace edgevlm {

using SchedulerClock = std::chrono::steady_clock;

// Shared by the threads of a scheduler: non-atomic members belong to the preparer until
// is_prepared, and to the stepping thread afterwards.
struct Job {
  std::uint64_t number = 0;
  ReplyRequest request;
  std::shared_ptr<ReplyListener> listener;
  Stopwatch since_submit;
  std::atomic<bool> is_cancelled = false;
  std::atomic<int> images_done = 0;
  std::atomic<bool> is_prepared = false;
  std::atomic<bool> has_no_memory = false;  // memory ran out for it
  std::optional<Result<PreparedReply>> prepared;

  bool IsOver() const { return is_cancelled || SchedulerClock::now() >= request.deadline; }
};

}  // namespace edgevlm
