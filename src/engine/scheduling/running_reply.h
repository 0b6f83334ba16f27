// RunningReply: a job whose turn has come. For engine/scheduling/ only.
#pragma once

#include <memory>
#include <optional>

#include "decode/generation.h"
#include "engine/scheduling/job.h"

namespace edgevlm {

// First its images are encoded by the preparer; then it has a stream, which the stepping thread
// steps. Threads: one, the stepping one.
class RunningReply {
 public:
  // drafter: of the stepper that steps its stream; null: none.
  RunningReply(std::shared_ptr<Job> job, const Model& model, const Drafter* drafter);

  const Job& job() const { return *job_; }

  // Notes what has happened since: tells of progress, makes the stream when all is prepared.
  // Returns what the listener must hear when the request is over, which it then is.
  std::optional<Result<RequestReply>> Look();

  // Memory ran out in the middle of a step: the next look ends the request.
  void Abandon() { job_->has_no_memory = true; }

  // Null while there is nothing to step.
  Generation* generation() {
    return generation_ && !generation_->finished() ? &*generation_ : nullptr;
  }

 private:
  void Begin();
  void SharePrefix();
  void Tell(RequestStage stage, int done, int total);
  Result<RequestReply> Finish();

  const std::shared_ptr<Job> job_;
  const Model& model_;
  const Drafter* const drafter_;
  const int images_;
  const SchedulerClock::time_point begin_ = SchedulerClock::now();
  RequestReply reply_;
  SchedulerClock::time_point stream_begin_;
  std::optional<Speculation> speculation_;
  std::optional<Generation> generation_;
  Progress told_ = {.stage = RequestStage::kQueue};
};

}  // namespace edgevlm
