#include "engine/scheduling/running_reply.h"

#include <string_view>
#include <utility>

#include "engine/prompt_style.h"
#include "engine/reply.h"

namespace edgevlm {
namespace {

Error Over(const Job& job) {
  return {ErrorCode::kCancelled,
          job.is_cancelled ? "request: cancelled" : "request: the time given is over"};
}

}  // namespace

RunningReply::RunningReply(std::shared_ptr<Job> job, const Model& model, const Drafter* drafter)
    : job_(std::move(job)), model_(model), drafter_(drafter), images_(CountImages(job_->request)) {
  reply_.fetch_ms = job_->request.fetch_ms;
  reply_.queue_ms = MillisecondsSince(job_->submitted);
}

std::optional<Result<RequestReply>> RunningReply::Look() {
  if (job_->IsOver()) {
    if (generation_ && !generation_->finished()) generation_->Cancel();
    return Over(*job_);
  }
  if (job_->has_no_memory) {
    return Error{ErrorCode::kTooLarge, "request: expected enough memory, found none left"};
  }
  if (!generation_) {
    if (images_ > 0) Tell(RequestStage::kImages, job_->images_done, images_);
    if (!job_->is_prepared) return std::nullopt;
    if (!*job_->prepared) return job_->prepared->error();
    Begin();
  }
  if (generation_->reading()) {
    const int total = (*job_->prepared)->prompt.rows();
    Tell(RequestStage::kPrompt, total - generation_->prompt_rows(), total);
  } else if (reply_.first_token_ms == 0) {
    reply_.first_token_ms = MillisecondsSince(job_->submitted);
    reply_.reply.timings.prefill_ms = MillisecondsSince(stream_begin_);
    SharePrefix();
  }
  if (generation_->finished()) return Finish();
  return std::nullopt;
}

void RunningReply::Begin() {
  PreparedReply& prepared = **job_->prepared;
  reply_.reply.prompt_tokens = prepared.prompt.rows();
  reply_.reply.timings = prepared.timings;
  reply_.reply.reused_tokens = prepared.reused_rows;
  reply_.image_tokens = prepared.image_tokens;
  reply_.images = std::move(prepared.images);
  DecodeOptions decode = job_->request.decode;
  const auto stops = model_.style->stops();
  decode.stop.insert(decode.stop.end(), stops.begin(), stops.end());
  if (drafter_ != nullptr) {
    speculation_.emplace(*drafter_, prepared.sequence->cache().shape().capacity);
    speculation_->Begin(prepared.prompt.Tokens());
  }
  stream_begin_ = SchedulerClock::now();
  generation_.emplace(
      *prepared.sequence, prepared.prompt.InputsFrom(prepared.reused_rows),
      TextSide{.tokenizer = model_.tokenizer,
               .ends = model_.tokenizer.ends(),
               .goes_on = prepared.prompt.ends_in_reply()},
      decode,
      [job = job_.get()](std::string_view text) {
        job->listener->OnText(text);
        return true;
      },
      speculation_ ? &*speculation_ : nullptr);
}

// Lets later prompts that begin alike have what was read.
void RunningReply::SharePrefix() {
  const PreparedReply& prepared = **job_->prepared;
  if (model_.prompts == nullptr || !HasWantedCache(*prepared.sequence, model_)) return;
  Prompt prefix = prepared.prompt;
  prefix.TruncateTo(prepared.prompt.PrefixRows());
  model_.prompts->Put(prefix, prepared.sequence->cache());
}

// Once for every change.
void RunningReply::Tell(RequestStage stage, int done, int total) {
  if (told_.stage == stage && told_.done == done && told_.total == total) return;
  told_ = {.stage = stage, .done = done, .total = total};
  job_->listener->OnProgress(told_);
}

Result<RequestReply> RunningReply::Finish() {
  GenerationResult result = generation_->Finish();
  Reply& reply = reply_.reply;
  Describe(std::move(result), *(*job_->prepared)->sequence, model_, reply);
  reply.timings.generate_ms = MillisecondsSince(stream_begin_) - reply.timings.prefill_ms;
  reply.timings.total_ms = MillisecondsSince(job_->submitted);
  return reply_;
}

}  // namespace edgevlm
