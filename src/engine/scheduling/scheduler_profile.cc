#include "engine/scheduling/scheduler_profile.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

#include "profile/add_profile.h"
#include "profile/make_profile.h"

namespace edgevlm {
namespace {

constexpr std::array<const char*, 3> kThreadNames = {"images", "prompts", "steps"};

// Names the threads of a profiler, and leaves out those that did nothing.
void NameThreads(const std::string& name, ProfileTimeline& timeline) {
  std::vector<std::int32_t> index(timeline.threads.size(), -1);
  std::vector<std::string> names;
  for (ProfileTimeline::Event& event : timeline.events) {
    const auto thread = static_cast<std::size_t>(event.thread);
    if (index[thread] < 0) {
      index[thread] = static_cast<std::int32_t>(names.size());
      names.push_back(thread == 0 ? name : name + ", " + timeline.threads[thread]);
    }
    event.thread = index[thread];
  }
  timeline.threads = std::move(names);
}

RunTimings TimingsOf(const RequestReply& request) {
  const Timings& t = request.reply.timings;
  const int later_tokens = request.reply.reply_tokens - 1;
  return {.e2e = t.total_ms,
          .ttft = request.first_token_ms,
          .tpot = later_tokens > 0 ? (t.total_ms - request.first_token_ms) / later_tokens : 0,
          .image_decode = t.decode_ms,
          .preprocess = t.preprocess_ms,
          .encoder_forward = t.encode_ms,
          .prefill = t.prefill_ms,
          .decode = t.generate_ms};
}

// A server may run for years.
void AddUpToMax(int value, int& sum) {
  sum =
      value > std::numeric_limits<int>::max() - sum ? std::numeric_limits<int>::max() : sum + value;
}

}  // namespace

SchedulerProfile::SchedulerProfile(const EngineState& engine) : engine_(engine) {
  const Runtime& runtime = engine.runtime;
  const auto start = Profiler::Clock::now();
  for (std::size_t i = 0; i < kThreadNames.size(); ++i) {
    recorders_.push_back(std::make_unique<Recorder>(runtime.pool->threads(), start));
  }
  for (ThreadPool* const pool :
       {runtime.pool.get(), runtime.decode_pool.get(), runtime.cool_pool.get()}) {
    if (pool == nullptr) continue;
    auto router = std::make_unique<LoopRouter>(threads_);
    if (pool->Observe(*router)) observed_.push_back({pool, std::move(router)});
  }
}

SchedulerProfile::~SchedulerProfile() {
  for (const Observed& observed : observed_) observed.pool->StopObserving();
}

SchedulerProfile::Scope::Scope(SchedulerProfile* profile, SchedulerThread thread)
    : recorder_(profile == nullptr ? nullptr : &profile->Of(thread)) {
  if (recorder_ == nullptr) return;
  work_.emplace(recorder_->gate);
  thread_.emplace(profile->threads_, recorder_->profiler);
}

void SchedulerProfile::AddReply(const RequestReply& reply) {
  const std::lock_guard lock(mutex_);
  if (runs_.size() == kMaxRuns) runs_.pop_front();
  runs_.push_back(TimingsOf(reply));
  ++replies_;
  AddUpToMax(reply.image_tokens, sum_.image_tokens);
  AddUpToMax(reply.reply.prompt_tokens, sum_.prompt_tokens);
  AddUpToMax(reply.reply.reply_tokens, sum_.reply_tokens);
  for (const Reply& other : reply.others) AddUpToMax(other.reply_tokens, sum_.reply_tokens);
}

Profile SchedulerProfile::Read() {
  Profile all;
  DescribeEngine(engine_, all);
  for (std::size_t i = 0; i < recorders_.size(); ++i) {
    Profile one = [&] {
      const PriorityGate::Short reading(recorders_[i]->gate);
      return MakeProfile(recorders_[i]->profiler);
    }();
    NameThreads(kThreadNames[i], one.timeline);
    AddProfile(one, all);
  }
  const std::lock_guard lock(mutex_);
  all.request = sum_;
  all.runs = {runs_.begin(), runs_.end()};
  all.summed_requests = replies_;
  return all;
}

}  // namespace edgevlm
