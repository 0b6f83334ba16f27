#include "engine/reply/profile_recorder.h"

#include <utility>

#include "profile/make_profile.h"

namespace edgevlm {

ProfileRecorder::ProfileRecorder(const EngineState& engine) : engine_(engine) {
  profiler_.emplace(engine.runtime.pool->threads());
}

ProfileRecorder::Scope::Scope(ProfileRecorder* recorder) : recorder_(recorder) {
  if (recorder_ != nullptr) recorder_->Observe(true);
}

ProfileRecorder::Scope::~Scope() {
  if (recorder_ == nullptr) return;
  recorder_->timings_.e2e += watch_.Milliseconds();
  recorder_->Observe(false);
}

void ProfileRecorder::Observe(bool begins) {
  if (!begins) {
    for (ThreadPool* const pool : observed_) pool->StopObserving();
    return observed_.clear();
  }
  const Runtime& runtime = engine_.runtime;
  for (ThreadPool* const pool :
       {runtime.pool.get(), runtime.decode_pool.get(), runtime.cool_pool.get()}) {
    if (pool != nullptr && pool->Observe(*profiler_)) observed_.push_back(pool);
  }
}

void ProfileRecorder::AddStep(int tokens, double ms, const Sequence& sequence) {
  counters_.Sample(tokens, ms, sequence.cache().bytes(), *profiler_);
}

void ProfileRecorder::AddEncoding(const Timings& timings) {
  timings_.ttft += timings.decode_ms + timings.preprocess_ms + timings.encode_ms;
  timings_.image_decode += timings.decode_ms;
  timings_.preprocess += timings.preprocess_ms;
  timings_.encoder_forward += timings.encode_ms;
}

void ProfileRecorder::AddReply(std::string_view question, int image_tokens, const Reply& reply) {
  request_.question = question;
  request_.reply = reply.text;
  request_.image_tokens = image_tokens;
  request_.prompt_tokens = reply.prompt_tokens;
  request_.reply_tokens = reply.reply_tokens;
  timings_.ttft += reply.timings.prefill_ms;
  timings_.prefill += reply.timings.prefill_ms;
  timings_.decode += reply.timings.generate_ms;
  generated_ += std::max(reply.reply_tokens - 1, 0);
}

Profile ProfileRecorder::Take() {
  Profile profile = MakeProfile(*profiler_);
  DescribeEngine(engine_, profile);
  profile.request = std::exchange(request_, {});
  if (generated_ > 0) timings_.tpot = timings_.decode / std::exchange(generated_, 0);
  profile.runs = {std::exchange(timings_, {})};
  profiler_.emplace(engine_.runtime.pool->threads());
  return profile;
}

}  // namespace edgevlm
