// RunningReply: a job that runs. For engine/scheduling/ only.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/reply/active_reply.h"
#include "engine/scheduling/job.h"

namespace edgevlm {

// First the preparer encodes its images; then the stepping thread generates the reply. Of several
// replies, the first one reads the prompt, and the others begin with a copy of its rows. Threads:
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

  // Size of its caches; 0 before it generates.
  std::size_t cache_bytes() const;

  // Memory ran out during a step: the next Update ends the request.
  void Abandon() { job_->has_no_memory = true; }

  // Whether there is something to step.
  bool generates() const;
  // Adds what there is to step.
  void AddGenerations(std::vector<Generation*>& generations);

 private:
  // One of the replies that are requested.
  struct Branch {
    Sequence* sequence = nullptr;
    std::unique_ptr<Sequence> own_sequence = nullptr;  // null: that of the prepared reply
    std::optional<Speculation> speculation = {};
    std::optional<ActiveReply> active = {};
    std::size_t shown_choices = 0;
  };

  void StartFirst();
  void StartOthers();
  void Start(std::unique_ptr<Branch> branch, int reused_rows);
  void OnText(std::size_t index, std::string_view text);
  bool UpdateBranches();
  void NotifyProgress(RequestStage stage, int done, int total);
  Result<RequestReply> MakeReply();

  const std::shared_ptr<Job> job_;
  const EngineState& engine_;
  const Drafter* const drafter_;
  const int images_;
  RequestReply reply_;
  std::vector<std::unique_ptr<Branch>> branches_;  // the first begins alone
  Progress last_progress_ = {.stage = RequestStage::kQueue};
};

}  // namespace edgevlm
