#include "engine/scheduling/running_reply.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/reply/prefix.h"

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

bool RunningReply::generates() const {
  return std::ranges::any_of(
      branches_, [](const auto& branch) { return !branch->active->generation().finished(); });
}

void RunningReply::AddGenerations(std::vector<Generation*>& generations) {
  for (const auto& branch : branches_) {
    Generation& generation = branch->active->generation();
    if (!generation.finished()) generations.push_back(&generation);
  }
}

std::size_t RunningReply::cache_bytes() const {
  std::size_t bytes = 0;
  for (const auto& branch : branches_) bytes += branch->sequence->cache().bytes();
  return bytes;
}

std::optional<Result<RequestReply>> RunningReply::Update() {
  if (job_->IsOver()) {
    for (const auto& branch : branches_) branch->active->generation().Cancel();
    return Over(*job_);
  }
  if (job_->has_no_memory) {
    return Error{ErrorCode::kTooLarge, "request: expected enough memory, found none left"};
  }
  if (branches_.empty()) {
    if (images_ > 0) NotifyProgress(RequestStage::kImages, job_->images_done, images_);
    if (!job_->is_prepared) return std::nullopt;
    if (!*job_->prepared) return job_->prepared->error();
    StartFirst();
  }
  if (UpdateBranches()) return MakeReply();
  return std::nullopt;
}

// Returns whether all replies are finished.
bool RunningReply::UpdateBranches() {
  for (const auto& branch : branches_) branch->active->Update();
  const Generation& first = branches_.front()->active->generation();
  if (first.reading()) {
    const int total = (*job_->prepared)->prompt.rows();
    NotifyProgress(RequestStage::kPrompt, total - first.unread_rows(), total);
    return false;
  }
  if (reply_.first_token_ms == 0) reply_.first_token_ms = job_->since_submit.Milliseconds();
  if (std::ssize(branches_) < job_->request.replies) StartOthers();
  return !generates();
}

void RunningReply::StartFirst() {
  PreparedReply& prepared = **job_->prepared;
  reply_.image_tokens = prepared.image_tokens;
  reply_.sound_tokens = prepared.sound_tokens;
  reply_.images = std::move(prepared.images);
  auto first = std::make_unique<Branch>();
  first->sequence = prepared.sequence.get();
  Start(std::move(first), prepared.reused_rows);
}

// Their first rows are those of the first reply, which has just read the prompt.
void RunningReply::StartOthers() {
  const Sequence& first = *branches_.front()->sequence;
  const CacheShape& shape = first.cache().shape();
  while (std::ssize(branches_) < job_->request.replies) {
    auto branch = std::make_unique<Branch>();
    branch->own_sequence =
        std::make_unique<Sequence>(*engine_.model.decoder, shape.capacity, shape.options);
    branch->sequence = branch->own_sequence.get();
    const int reused_rows = CopyPrompt((*job_->prepared)->prompt, first, *branch->sequence);
    Start(std::move(branch), reused_rows);
  }
}

// Only whole branches are added: memory may run out in between.
void RunningReply::Start(std::unique_ptr<Branch> branch, int reused_rows) {
  branches_.reserve(kMaxReplies);
  if (drafter_ != nullptr) {
    branch->speculation.emplace(*drafter_, branch->sequence->cache().shape().capacity);
  }
  const std::size_t index = branches_.size();
  DecodeOptions decode = job_->request.decode;
  if (decode.seed) *decode.seed += index;
  branch->active.emplace(
      engine_, (*job_->prepared)->prompt, reused_rows, *branch->sequence, decode,
      [this, index](std::string_view text) {
        OnText(index, text);
        return true;
      },
      branch->speculation ? &*branch->speculation : nullptr);
  branches_.push_back(std::move(branch));
}

void RunningReply::OnText(std::size_t index, std::string_view text) {
  Branch& branch = *branches_[index];
  const auto choices = branch.active->generation().choices().subspan(branch.shown_choices);
  branch.shown_choices += choices.size();
  job_->listener->OnText({.text = text, .reply = static_cast<int>(index), .choices = choices});
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
  for (const auto& branch : branches_) {
    Reply reply = branch->active->MakeReply();
    reply.timings.decode_ms = before.decode_ms;
    reply.timings.preprocess_ms = before.preprocess_ms;
    reply.timings.encode_ms = before.encode_ms;
    reply.timings.total_ms = job_->since_submit.Milliseconds();
    if (branch == branches_.front()) {
      reply_.reply = std::move(reply);
    } else {
      reply_.others.push_back(std::move(reply));
    }
  }
  return std::move(reply_);
}

}  // namespace edgevlm
