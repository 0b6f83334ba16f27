// Preparer: a thread that encodes images and writes prompts while others step. For
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

namespace edgevlm {

// One job after the other, in the order in which they came. Threads: any.
class Preparer {
 public:
  // on_change: called on the preparer's thread when a job has got further.
  Preparer(const EngineState& engine, std::function<void()> on_change);
  // Waits for the job under way, whose hooks should say that it is over.
  ~Preparer();
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // Fills job->prepared and sets is_prepared, later.
  void Add(std::shared_ptr<Job> job);

 private:
  void Work();
  bool IsWanted(const std::string& image, const std::string& scope);

  const EngineState& engine_;
  const std::function<void()> on_change_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> waiting_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace edgevlm
