#include "engine/reply/profile_recorder.h"

#include <utility>

#include "base/cpu_name.h"
#include "base/machine_state.h"
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
  using Counter = Profiler::Counter;
  profiler_->Count(Counter::kCache, static_cast<double>(sequence.cache().bytes()));
  profiler_->Count(Counter::kActivations, profiler_->memory().peak);
  if (tokens > 0 && ms > 0) profiler_->Count(Counter::kTokensPerSecond, 1e3 * tokens / ms);
  // Reading these takes as long as hundreds of zones.
  constexpr double kSampleEveryMs = 100;
  if (since_sample_.Milliseconds() < kSampleEveryMs) return;
  since_sample_ = {};
  if (const auto memory = ReadMemoryUse(0)) {
    profiler_->Count(Counter::kResident, static_cast<double>(memory->used_bytes));
  }
  if (const auto celsius = ReadTemperature()) profiler_->Count(Counter::kTemperature, *celsius);
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
  const ModelInfo& info = engine_.model.info;
  profile.machine = {
      .cpu = CpuName(), .threads = info.threads, .instruction_set = info.instruction_set};
  profile.model = {.name = info.name,
                   .architecture = info.architecture,
                   .vision_encoder = info.vision_encoder,
                   .projector = info.projector,
                   .parameters = info.parameters,
                   .file_bytes = info.file_bytes};
  profile.request = std::exchange(request_, {});
  if (generated_ > 0) timings_.tpot = timings_.decode / std::exchange(generated_, 0);
  profile.runs = {std::exchange(timings_, {})};
  profiler_.emplace(engine_.runtime.pool->threads());
  return profile;
}

}  // namespace edgevlm
