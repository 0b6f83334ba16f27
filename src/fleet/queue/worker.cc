#include "fleet/queue/worker.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "fleet/queue_message.h"
#include "fleet/recent_rate.h"

namespace edgevlm {
namespace {

constexpr std::chrono::milliseconds kTick(100);
constexpr std::chrono::seconds kStatusPeriod(2);
constexpr std::chrono::seconds kPressurePeriod(1);

class Worker {
 public:
  Worker(Queue& queue, QueueReader reader, const WorkerOptions& options, const WorkerCalls& calls)
      : queue_(queue), reader_(std::move(reader)), options_(options), calls_(calls) {}

  Result<WorkerStatus> Run(const ImagePipeline& pipeline) {
    const auto error = pipeline(
        {.next = [this](bool may_wait) { return Next(may_wait); },
         .on_replies = [this](PipelineReplies replies) { return OnReplies(std::move(replies)); },
         .on_tick = [this] { return OnTick(); }});
    if (error) return *error;
    return Status();
  }

 private:
  using Clock = std::chrono::steady_clock;

  struct Held {
    QueueMessage message;
    std::string id;
    std::string batch;
    std::string name;
  };

  bool IsStopped() const { return calls_.is_stopped != nullptr && calls_.is_stopped(); }

  // On the encoder's thread. What was taken is completed before the end.
  NextImage Next(bool may_wait) {
    if (may_wait) Take();
    if (taken_.empty()) {
      return IsStopped() || taken_count_ == options_.images ? NoImage::kEver : NoImage::kForNow;
    }
    const bool is_suspect = taken_.front().deliveries() > 1;
    {
      std::unique_lock lock(mutex_);
      const auto may_go = [&] { return held_.empty() || !(is_suspect || has_suspect_); };
      if (!may_wait && !may_go()) return NoImage::kForNow;
      if (!wake_.wait_for(lock, kTick, may_go)) return NoImage::kForNow;
      has_suspect_ = is_suspect;
    }
    return Hold(Pop());
  }

  QueueMessage Pop() {
    const std::lock_guard lock(mutex_);
    QueueMessage message = std::move(taken_.front());
    taken_.pop_front();
    return message;
  }

  // Fills taken_, waiting for a while.
  void Take() {
    if (!taken_.empty() || IsStopped()) return;
    if (IsUnderPressure()) {
      std::this_thread::sleep_for(kTick);
      return;
    }
    int most = options_.together;
    if (options_.images >= 0) {
      most = static_cast<int>(std::min<std::int64_t>(most, options_.images - taken_count_));
    }
    if (most == 0) return;
    auto messages = reader_.Read(most, kTick);
    if (!messages) {
      Report(messages.error());
      std::this_thread::sleep_for(kTick);
      return;
    }
    const std::lock_guard lock(mutex_);
    for (QueueMessage& message : *messages) taken_.push_back(std::move(message));
    taken_count_ += std::ssize(*messages);
  }

  bool IsUnderPressure() {
    if (calls_.pressure == nullptr) return false;
    if (Clock::now() >= next_pressure_) {
      next_pressure_ = Clock::now() + kPressurePeriod;
      std::string pressure = calls_.pressure();
      const std::lock_guard lock(mutex_);
      pressure_ = std::move(pressure);
    }
    return !pressure_.empty();
  }

  // An image that is not fit for the model is an error of its replies.
  NextImage Hold(QueueMessage message) {
    const std::int64_t index = next_index_++;
    const Result<QueueImage> image = ReadImageMessage(message.data());
    if (!image) {
      // Nobody can be told whose it is.
      Report(image.error());
      message.Acknowledge();
      Release();
      return NoImage::kForNow;
    }
    PipelineImage next = {.index = index, .file = FileOf(*image, message.deliveries())};
    if (next.file) {
      auto asked = AskedOf(image->work);
      if (asked) {
        next.asked = *std::move(asked);
      } else {
        next.file = asked.error();
      }
    }
    const std::lock_guard lock(mutex_);
    held_.emplace(index, Held{.message = std::move(message),
                              .id = image->id,
                              .batch = image->batch,
                              .name = image->name});
    return next;
  }

  // Lets others follow a suspect that was not held.
  void Release() {
    const std::lock_guard lock(mutex_);
    has_suspect_ = false;
  }

  Result<std::vector<std::byte>> FileOf(const QueueImage& image, std::int64_t deliveries) const {
    if (deliveries > options_.tries) {
      return Error{ErrorCode::kInvalid, image.name + ": set aside, because " +
                                            std::to_string(deliveries - 1) +
                                            " workers did not complete it"};
    }
    const auto* const bytes = reinterpret_cast<const std::byte*>(image.file.data());
    return std::vector<std::byte>(bytes, bytes + image.file.size());
  }

  // The same for all images of a batch, so the last one is kept.
  Result<std::shared_ptr<const AskedWork>> AskedOf(std::string_view line) {
    if (asked_ != nullptr && line == asked_line_) return asked_;
    const Result<QueueWork> work = ReadWorkLine(line);
    if (!work) return work.error();
    AskedWork asked = work->asked;
    if (!work->schema.empty()) {
      if (calls_.read_schema == nullptr) {
        return Error{ErrorCode::kUnsupported, "schema: this worker cannot read it"};
      }
      auto grammar = calls_.read_schema(work->schema);
      if (!grammar) return grammar.error();
      asked.decode.grammar = *std::move(grammar);
    }
    asked_ = std::make_shared<const AskedWork>(std::move(asked));
    asked_line_ = line;
    return asked_;
  }

  MaybeError OnReplies(PipelineReplies replies) {
    std::optional<Held> held;
    {
      const std::lock_guard lock(mutex_);
      const auto found = held_.find(replies.index);
      CHECK(found != held_.end());
      held.emplace(std::move(found->second));
      held_.erase(found);
      has_suspect_ = false;
    }
    wake_.notify_all();
    failed_ += replies.replies ? 0 : 1;
    const std::string text = RepliesMessage(
        {.id = held->id, .worker = options_.name, .replies = std::move(replies.replies)});
    if (auto error = Send(*held, text)) return error;
    held->message.Acknowledge();
    ++done_;
    return {};
  }

  // Waits for a broker that is away: what was computed is worth keeping.
  MaybeError Send(Held& held, const std::string& text) {
    while (true) {
      const auto published = queue_.Publish(RepliesSubject(held.batch), held.id, text);
      if (published && *published == Published::kStored) break;
      if (!published && published.error().code != ErrorCode::kIo) {
        Report(published.error().In(held.name));
        return {};
      }
      if (published) {
        // Images fill the broker, so none would ever be answered: this one makes room for its
        // replies. If this worker dies now, the batch misses them, and sends the image again.
        held.message.Acknowledge();
        Report({ErrorCode::kIo, "queue: the broker has no room for replies; waiting for it"});
      } else {
        Report(published.error());
      }
      if (IsStopped()) return Error{ErrorCode::kIo, held.name + ": stopped before it was sent"};
      if (auto error = OnTick()) return error;
      std::this_thread::sleep_for(kTick);
    }
    const std::lock_guard lock(mutex_);
    is_away_ = false;
    return {};
  }

  // The first of several times.
  void Report(const Error& error) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(is_away_, error.code == ErrorCode::kIo) && is_away_) return;
    }
    if (calls_.on_problem != nullptr) calls_.on_problem(error.message);
  }

  MaybeError OnTick() {
    const auto now = Clock::now();
    if (now >= next_extension_) {
      next_extension_ = now + queue_.options().lease / 3;
      const std::lock_guard lock(mutex_);
      for (auto& [index, held] : held_) held.message.Extend();
      for (QueueMessage& message : taken_) message.Extend();
    }
    if (now < next_status_) return {};
    next_status_ = now + kStatusPeriod;
    rate_.Note(now, done_);
    const WorkerStatus status = Status();
    // Best effort: a broker that is away is reported by what matters.
    static_cast<void>(queue_.PutStatus("worker." + QueueToken(options_.name), StatusText(status)));
    if (calls_.on_status != nullptr) calls_.on_status(status);
    return {};
  }

  WorkerStatus Status() {
    const std::lock_guard lock(mutex_);
    std::string state = pressure_;
    if (state.empty()) state = held_.empty() ? "waiting" : "working";
    return {.name = options_.name,
            .model = options_.model,
            .state = state,
            .done = done_,
            .failed = failed_,
            .holding = std::ssize(held_),
            .per_second = rate_.per_second()};
  }

  Queue& queue_;
  QueueReader reader_;
  const WorkerOptions& options_;
  const WorkerCalls& calls_;

  // Of the encoder's thread.
  std::int64_t taken_count_ = 0;
  std::int64_t next_index_ = 0;
  Clock::time_point next_pressure_;
  std::string asked_line_;
  std::shared_ptr<const AskedWork> asked_;

  // Of the thread of the replies.
  std::int64_t done_ = 0;
  std::int64_t failed_ = 0;
  RecentRate rate_ = RecentRate(Clock::now());
  Clock::time_point next_extension_;
  Clock::time_point next_status_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<QueueMessage> taken_;     // and not yet held; written by the encoder's thread only
  std::map<std::int64_t, Held> held_;  // by index: under way
  bool has_suspect_ = false;           // held_ is one image that was delivered before
  std::string pressure_;
  bool is_away_ = false;
};

}  // namespace

Result<WorkerStatus> RunWorker(Queue& queue, const ImagePipeline& pipeline,
                               const WorkerOptions& options, const WorkerCalls& calls) {
  CHECK(options.together >= 1 && options.tries >= 1);
  Result<QueueReader> reader =
      queue.MakeReader(QueueStream::kImages, WorkersName(options.model),
                       ImagesSubject(options.model, "*"), /*is_only=*/false);
  if (!reader) return reader.error();
  return Worker(queue, *std::move(reader), options, calls).Run(pipeline);
}

}  // namespace edgevlm
