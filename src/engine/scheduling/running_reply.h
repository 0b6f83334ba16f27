// RunningReply: a job that runs. For engine/scheduling/ only.
#pragma once

#include <memory>
#include <optional>

#include "engine/reply/active_reply.h"
#include "engine/scheduling/job.h"

namespace edgevlm {

// First the preparer encodes its images; then the stepping thread generates the reply. Threads:
// one, the stepping one.
class RunningReply {
 public:
  // drafter: of the batch decoder that steps it; null: none.
  RunningReply(std::shared_ptr<Job> job, const EngineState& engine, const Drafter* drafter);

  const Job& job() const { return *job_; }

  // Handles what has happened since the last call: notifies the listener of progress, starts
  // generating when everything is prepared. Returns the final result for the listener when the
  // request is over.
  std::optional<Result<RequestReply>> Update();

  // Size of its cache; 0 before it generates.
  std::size_t cache_bytes() const {
    return active_ ? (*job_->prepared)->sequence->cache().bytes() : 0;
  }

  // Memory ran out during a step: the next Update ends the request.
  void Abandon() { job_->has_no_memory = true; }

  // Null while there is nothing to step.
  Generation* generation() {
    return active_ && !active_->generation().finished() ? &active_->generation() : nullptr;
  }

 private:
  void StartGenerating();
  void NotifyProgress(RequestStage stage, int done, int total);
  Result<RequestReply> MakeReply();

  const std::shared_ptr<Job> job_;
  const EngineState& engine_;
  const Drafter* const drafter_;
  const int images_;
  RequestReply reply_;
  std::optional<Speculation> speculation_;
  std::optional<ActiveReply> active_;
  Progress last_progress_ = {.stage = RequestStage::kQueue};
};

}  // namespace edgevlm
