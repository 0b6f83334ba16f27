// Preparer: a thread that encodes images and writes prompts while other requests are decoded. For
// engine/scheduling/ only.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "engine/scheduling/job.h"
#include "engine/scheduling/scheduler_profile.h"

namespace edgevlm {

// Handles jobs in order of arrival. Threads: any.
class Preparer {
 public:
  // profile: null, or records its work as that of `role`. on_change: called on the preparer's
  // thread when a job has progressed.
  Preparer(const EngineState& engine, SchedulerProfile* profile, SchedulerThread role,
           std::function<void()> on_change);
  // Waits for the current job, whose hooks should report that it is over.
  ~Preparer();
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // Fills job->prepared and sets is_prepared asynchronously.
  void Add(std::shared_ptr<Job> job);

 private:
  void Work();
  bool IsWanted(const std::string& image, const std::string& scope);

  const EngineState& engine_;
  SchedulerProfile* const profile_;
  const SchedulerThread role_;
  const std::function<void()> on_change_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> waiting_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses the other members
};

}  // namespace edgevlm
