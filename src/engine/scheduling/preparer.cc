#include "engine/scheduling/preparer.h"

#include <utility>

namespace edgevlm {

Preparer::Preparer(const Model& model, std::function<void()> on_change)
    : model_(model), on_change_(std::move(on_change)), thread_([this] { Work(); }) {}

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
    const PrepareHooks hooks = {.is_over = [&job] { return job->IsOver(); },
                                .on_picture =
                                    [&](int done) {
                                      job->pictures_done = done;
                                      on_change_();
                                    }};
    job->prepared = Prepare(model_, job->request, hooks);
    job->is_prepared = true;
    on_change_();
  }
}

}  // namespace edgevlm
