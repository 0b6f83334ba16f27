#include "engine/scheduling/running_reply.h"

#include <string_view>
#include <utility>

namespace edgevlm {
namespace {

Error Over(const Job& job) {
  return {ErrorCode::kCancelled,
          job.is_cancelled ? "request: cancelled" : "request: the time given is over"};
}

}  // namespace

RunningReply::RunningReply(std::shared_ptr<Job> job, const EngineState& engine,
                           const Drafter* drafter)
    : job_(std::move(job)),
      engine_(engine),
      drafter_(drafter),
      images_(CountImages(job_->request)) {
  reply_.fetch_ms = job_->request.fetch_ms;
  reply_.queue_ms = job_->since_submit.Milliseconds();
}

std::optional<Result<RequestReply>> RunningReply::Update() {
  if (job_->IsOver()) {
    if (Generation* running = generation()) running->Cancel();
    return Over(*job_);
  }
  if (job_->has_no_memory) {
    return Error{ErrorCode::kTooLarge, "request: expected enough memory, found none left"};
  }
  if (!active_) {
    if (images_ > 0) NotifyProgress(RequestStage::kImages, job_->images_done, images_);
    if (!job_->is_prepared) return std::nullopt;
    if (!*job_->prepared) return job_->prepared->error();
    StartGenerating();
  }
  active_->Update();
  const Generation& running = active_->generation();
  if (running.reading()) {
    const int total = (*job_->prepared)->prompt.rows();
    NotifyProgress(RequestStage::kPrompt, total - running.unread_rows(), total);
  } else if (reply_.first_token_ms == 0) {
    reply_.first_token_ms = job_->since_submit.Milliseconds();
  }
  if (running.finished()) return MakeReply();
  return std::nullopt;
}

void RunningReply::StartGenerating() {
  PreparedReply& prepared = **job_->prepared;
  reply_.image_tokens = prepared.image_tokens;
  reply_.images = std::move(prepared.images);
  if (drafter_ != nullptr) {
    speculation_.emplace(*drafter_, prepared.sequence->cache().shape().capacity);
  }
  active_.emplace(
      engine_, prepared.prompt, prepared.reused_rows, *prepared.sequence, job_->request.decode,
      [job = job_.get()](std::string_view text) {
        job->listener->OnText(text);
        return true;
      },
      speculation_ ? &*speculation_ : nullptr);
}

// Notifies once for every change.
void RunningReply::NotifyProgress(RequestStage stage, int done, int total) {
  const Progress& last = last_progress_;
  if (last.stage == stage && last.done == done && last.total == total) return;
  last_progress_ = {.stage = stage, .done = done, .total = total};
  job_->listener->OnProgress(last_progress_);
}

Result<RequestReply> RunningReply::MakeReply() {
  const Timings& before = (*job_->prepared)->timings;
  reply_.reply = active_->MakeReply();
  Timings& timings = reply_.reply.timings;
  timings.decode_ms = before.decode_ms;
  timings.preprocess_ms = before.preprocess_ms;
  timings.encode_ms = before.encode_ms;
  timings.total_ms = job_->since_submit.Milliseconds();
  return reply_;
}

}  // namespace edgevlm
