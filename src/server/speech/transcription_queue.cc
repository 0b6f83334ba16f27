#include "server/speech/transcription_queue.h"

#include <algorithm>
#include <future>
#include <new>
#include <span>
#include <utility>

#include "base/threads.h"

namespace edgevlm {
namespace {

Error Cancelled() { return {ErrorCode::kCancelled, "transcript: cancelled"}; }

}  // namespace

TranscriptionQueue::TranscriptionQueue(std::shared_ptr<Transcriber> transcriber, int waiting)
    : transcriber_(std::move(transcriber)),
      most_waiting_(waiting),
      thread_(StartThread("transcripts", [this] { RunJobs(); })) {}

TranscriptionQueue::~TranscriptionQueue() { Stop(); }

std::optional<std::uint64_t> TranscriptionQueue::Submit(Job job) {
  const std::lock_guard lock(mutex_);
  const int before = static_cast<int>(waiting_.size()) + (running_ == nullptr ? 0 : 1);
  if (is_stopped_ || before > most_waiting_) return std::nullopt;
  auto entry = std::make_shared<Entry>();
  entry->number = ++last_number_;
  entry->job = std::move(job);
  waiting_.push_back(std::move(entry));
  changed_.notify_all();
  return last_number_;
}

std::optional<Result<Transcript>> TranscriptionQueue::TranscribeNow(Job job) {
  constexpr int kMostCallers = 2;
  struct Caller {
    explicit Caller(std::atomic<int>& count)
        : callers(count), is_one_of_few(++count <= kMostCallers) {}
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() { --callers; }
    std::atomic<int>& callers;
    const bool is_one_of_few;
  };
  const Caller caller(callers_);
  if (!caller.is_one_of_few) return std::nullopt;
  const auto end = std::make_shared<std::promise<Result<Transcript>>>();
  auto transcript = end->get_future();
  job.on_end = [end](const Result<Transcript>& result) { end->set_value(result); };
  const auto deadline = job.deadline;
  const auto number = Submit(std::move(job));
  if (!number) return std::nullopt;
  // The deadline does not end a job that has not begun.
  if (transcript.wait_until(deadline) != std::future_status::ready) Cancel(*number);
  return transcript.get();
}

void TranscriptionQueue::Cancel(std::uint64_t number) {
  std::shared_ptr<Entry> removed;
  {
    const std::lock_guard lock(mutex_);
    if (running_ != nullptr && running_->number == number) running_->is_cancelled = true;
    const auto found = std::ranges::find(waiting_, number, [](const auto& e) { return e->number; });
    if (found == waiting_.end()) return;
    removed = *found;
    waiting_.erase(found);
  }
  removed->job.on_end(Cancelled());
}

void TranscriptionQueue::Stop() {
  std::list<std::shared_ptr<Entry>> removed;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    removed.swap(waiting_);
    if (running_ != nullptr) running_->is_cancelled = true;
    changed_.notify_all();
  }
  for (const auto& entry : removed) entry->job.on_end(Cancelled());
  if (thread_.joinable()) thread_.join();
}

int TranscriptionQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(waiting_.size());
}

void TranscriptionQueue::RunJobs() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopped_ || !waiting_.empty(); });
    if (is_stopped_) return;
    running_ = waiting_.front();
    waiting_.pop_front();
    const auto entry = running_;
    lock.unlock();
    RunJob(*entry);
    lock.lock();
    running_ = nullptr;
  }
}

void TranscriptionQueue::RunJob(Entry& entry) {
  Job& job = entry.job;
  job.options.is_cancelled = [&entry] {
    return entry.is_cancelled || std::chrono::steady_clock::now() >= entry.job.deadline;
  };
  const auto transcribe = [&]() -> Result<Transcript> {
    try {
      return transcriber_->Transcribe(std::as_bytes(std::span(job.file)), job.options);
    } catch (const std::bad_alloc&) {
      return Error{ErrorCode::kTooLarge, "transcript: out of memory"};
    }
  };
  job.on_end(transcribe());
}

}  // namespace edgevlm
