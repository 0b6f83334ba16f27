#include "engine/scheduling/preparer.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/threads.h"

namespace edgevlm {
namespace {

bool Shows(const ReplyRequest& request, const std::string& image) {
  for (const RequestMessage& message : request.messages) {
    for (const RequestPart& part : message.parts) {
      if (part.image != nullptr && *part.image == image) return true;
    }
  }
  return false;
}

}  // namespace

Preparer::Preparer(const EngineState& engine, SchedulerProfile* profile, SchedulerThread role,
                   std::function<void()> on_change)
    : engine_(engine),
      profile_(profile),
      role_(role),
      on_change_(std::move(on_change)),
      thread_(StartThread("images and prompts", [this] { Work(); })) {}

Preparer::~Preparer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Preparer::Add(std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(job));
  }
  wake_.notify_all();
}

// Whether a job waiting here has this image.
bool Preparer::IsWanted(const std::string& image, const std::string& scope) {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(waiting_, [&](const std::shared_ptr<Job>& job) {
    return !job->IsOver() && job->request.scope == scope && Shows(job->request, image);
  });
}

void Preparer::Work() {
  while (true) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const SchedulerProfile::Scope scope(profile_, role_);
    const PrepareHooks hooks = {
        .profiler = scope.profiler(),
        .is_over =
            [&job, &scope] {
              scope.Yield();
              return job->IsOver();
            },
        .is_wanted = [&](const std::string& image) { return IsWanted(image, job->request.scope); },
        .on_image =
            [&](int done) {
              job->images_done = done;
              on_change_();
            }};
    try {
      job->prepared = Prepare(engine_, job->request, hooks);
    } catch (const std::bad_alloc&) {
      job->has_no_memory = true;
    }
    job->is_prepared = true;
    on_change_();
  }
}

}  // namespace edgevlm
