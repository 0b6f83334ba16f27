#include "fleet/queue/queue_pipeline.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <utility>
#include <variant>

#include "base/check.h"
#include "fleet/read_image.h"

namespace edgevlm {
namespace {

constexpr std::chrono::milliseconds kTick(100);
// Without a reply for so long, the broker is asked whether it still has the images.
constexpr std::chrono::seconds kQuiet(3);
// Replies that wait for one before them, in multiples of `ahead`.
constexpr std::size_t kMostHeld = 4;
constexpr std::int64_t kSentUntilMore = 16;

// Different in each run, so that replies to an earlier one are known as such.
std::string RunId() {
  std::random_device random;
  return std::to_string(random()) + "." + std::to_string(random());
}

class QueuePipeline {
 public:
  QueuePipeline(Queue& queue, const QueuePipelineOptions& options, const PipelineCalls& calls,
                const QueueCalls& queue_calls)
      : queue_(queue),
        options_(options),
        calls_(calls),
        queue_calls_(queue_calls),
        work_(WorkLine(options.work)),
        images_(ImagesSubject(options.model, options.batch)),
        replies_(RepliesSubject(options.batch)) {}

  MaybeError Run() {
    if (auto error = Begin()) return error;
    while (!IsStopped()) {
      if (auto error = SendAhead()) return error;
      for (const std::string& id : *stored_) under_way_.erase(id);
      stored_->clear();
      if (is_end_ && under_way_.empty()) break;
      if (auto error = ReadReplies()) return error;
      if (auto error = Tick()) return error;
      if (auto error = SendLostAgain()) return error;
    }
    // Best effort: workers that compute them anyway only lose time. After a crash of the broker,
    // messages may also be left that were acknowledged.
    static_cast<void>(queue_.Purge(QueueStream::kImages, images_));
    if (under_way_.empty()) static_cast<void>(queue_.Purge(QueueStream::kReplies, replies_));
    return {};
  }

 private:
  using Clock = std::chrono::steady_clock;

  struct UnderWay {
    std::int64_t index = 0;
    std::string name;
    std::int64_t bytes = 0;
    bool is_answered = false;  // but not yet stored
  };

  struct Unsent {
    std::string id;
    std::vector<std::byte> file;
  };

  bool IsStopped() const { return queue_calls_.is_stopped != nullptr && queue_calls_.is_stopped(); }
  MaybeError Tick() { return calls_.on_tick == nullptr ? std::nullopt : calls_.on_tick(); }

  // Tries until it works or the run is stopped. Waiting is reported once.
  template <class Attempt>
  MaybeError Insist(const Attempt& attempt) {
    while (true) {
      MaybeError error = attempt();
      if (!error) {
        is_away_ = false;
        return {};
      }
      if (error->code != ErrorCode::kIo) return error;
      if (!is_away_ && queue_calls_.on_problem) {
        queue_calls_.on_problem(error->message + "; waiting for it");
      }
      is_away_ = true;
      if (IsStopped()) return {};
      if (auto ticked = Tick()) return ticked;
      std::this_thread::sleep_for(kTick);
    }
  }

  // What an earlier run left is computed again: only its journal knows what is done.
  MaybeError Begin() {
    if (auto error = Insist([&] { return queue_.Purge(QueueStream::kImages, images_); })) {
      return error;
    }
    if (auto error = Insist([&] { return queue_.Purge(QueueStream::kReplies, replies_); })) {
      return error;
    }
    return Insist([&]() -> MaybeError {
      auto reader = queue_.MakeReader(QueueStream::kReplies, QueueToken(options_.batch), replies_,
                                      /*is_only=*/true);
      if (!reader) return reader.error();
      reader_ = std::make_unique<QueueReader>(*std::move(reader));
      return {};
    });
  }

  bool HasRoom() const {
    return unanswered_ < most_ &&
           under_way_.size() < kMostHeld * static_cast<std::size_t>(options_.ahead) &&
           (unanswered_bytes_ < options_.ahead_bytes || unanswered_ == 0);
  }

  MaybeError SendAhead() {
    while (!IsStopped()) {
      if (!unsent_) {
        if (is_end_ || !HasRoom()) return {};
        if (auto error = TakeNext()) return error;
      }
      if (!unsent_ || unanswered_ > most_) return {};
      if (auto error = SendUnsent()) return error;
      if (unsent_) return {};
    }
    return {};
  }

  // Leaves it there if the broker has no room.
  MaybeError SendUnsent() {
    const Result<Published> published = Send(unsent_->id, unsent_->file);
    if (!published) return published.error();
    if (*published == Published::kFull) {
      // Room that comes is for replies, which are read meanwhile. More is tried little by little.
      most_ = std::max(1, (unanswered_ - 1) * 3 / 4);
      return {};
    }
    if (most_ < options_.ahead && sent_ % kSentUntilMore == 0) ++most_;
    unsent_.reset();
    return {};
  }

  // The next image that can be read, into unsent_, if there is one now.
  MaybeError TakeNext() {
    while (true) {
      NextImage next = calls_.next(true);
      if (const auto* none = std::get_if<NoImage>(&next)) {
        is_end_ = *none == NoImage::kEver;
        return {};
      }
      auto& image = std::get<PipelineImage>(next);
      if (!image.file) {
        if (auto error = calls_.on_replies({.index = image.index, .replies = image.file.error()})) {
          return error;
        }
        continue;
      }
      const std::string id = NewId();
      under_way_[id] = {.index = image.index,
                        .name = image.name,
                        .bytes = static_cast<std::int64_t>(image.file->size())};
      ++unanswered_;
      unanswered_bytes_ += under_way_[id].bytes;
      unsent_ = {.id = id, .file = *std::move(image.file)};
      return {};
    }
  }

  std::string NewId() { return run_id_ + "." + std::to_string(++sent_); }

  // kStored also for an image that is too large: it has failed then.
  Result<Published> Send(const std::string& id, const std::vector<std::byte>& file) {
    const std::string& name = under_way_.at(id).name;
    const std::string message = ImageMessage(work_, id, options_.batch, name, file);
    const std::int64_t most = queue_.max_message_bytes();
    if (std::ssize(message) > most) {
      auto error =
          Fail(id, {ErrorCode::kTooLarge, name + ": expected at most " + std::to_string(most) +
                                              " bytes (max_payload of the broker), found " +
                                              std::to_string(message.size())});
      if (error) return *error;
      return Published::kStored;
    }
    last_news_ = Clock::now();
    Published published = Published::kStored;
    auto error = Insist([&]() -> MaybeError {
      const auto result = queue_.Publish(images_, id, message);
      if (!result) return result.error();
      published = *result;
      return {};
    });
    if (error) return *error;
    if (published == Published::kFull && !std::exchange(was_full_, true) &&
        queue_calls_.on_problem) {
      queue_calls_.on_problem(
          "queue: the broker has no room for more images (max_file_store, or its disk); they are "
          "sent as it has room");
    }
    return published;
  }

  // An image that cannot be sent.
  MaybeError Fail(const std::string& id, Error error) {
    const std::int64_t index = under_way_.at(id).index;
    Answered(id);
    under_way_.erase(id);
    return calls_.on_replies({.index = index, .replies = std::move(error)});
  }

  void Answered(const std::string& id) {
    UnderWay& image = under_way_.at(id);
    image.is_answered = true;
    --unanswered_;
    unanswered_bytes_ -= image.bytes;
  }

  MaybeError ReadReplies() {
    Result<std::vector<QueueMessage>> messages =
        reader_->Read(std::min(options_.ahead, 256), kTick);
    if (!messages) {
      if (auto error = Insist([&]() -> MaybeError {
            messages = reader_->Read(1, kTick);
            if (!messages) return messages.error();
            return {};
          })) {
        return error;
      }
      if (!messages) return {};  // stopped while the broker was away
    }
    for (QueueMessage& message : *messages) {
      if (auto error = OnMessage(std::move(message))) return error;
    }
    return {};
  }

  MaybeError OnMessage(QueueMessage message) {
    Result<QueueReplies> replies = ReadRepliesMessage(message.data());
    if (!replies) {
      message.Acknowledge();
      // A device of another version gives no usable reply to any image.
      if (replies.error().code == ErrorCode::kUnsupported) return replies.error();
      if (queue_calls_.on_problem) queue_calls_.on_problem(replies.error().message);
      return {};
    }
    const auto found = under_way_.find(replies->id);
    // Of an earlier run, or stored already.
    if (found == under_way_.end()) {
      message.Acknowledge();
      return {};
    }
    // A second delivery while the first waits to be stored, which acknowledges both.
    if (found->second.is_answered) return {};
    Answered(replies->id);
    last_news_ = Clock::now();
    const std::int64_t index = found->second.index;
    const bool is_complete =
        !replies->replies ||
        replies->replies->size() == std::max<std::size_t>(1, options_.work.asked.questions.size());
    if (!is_complete) {
      replies->replies = Error{ErrorCode::kCorrupt, "expected a reply per question, found " +
                                                        std::to_string(replies->replies->size())};
    }
    // std::function copies, and a message has one owner.
    auto shared = std::make_shared<QueueMessage>(std::move(message));
    // Not `this`: a batch that is stopped stores what it has after this run.
    auto stored = [ids = stored_, id = replies->id, shared] {
      shared->Acknowledge();
      ids->push_back(id);
    };
    if (!replies->replies) stored();
    return calls_.on_replies(
        {.index = index, .replies = std::move(replies->replies), .on_stored = std::move(stored)});
  }

  // A broker that was killed may have lost what it acknowledged last, or everything, and a worker
  // what it could not store because the broker was full.
  bool AreLost() {
    const auto images = queue_.LoadOf(QueueStream::kImages, WorkersName(options_.model));
    if (!images || images->waiting > 0 || images->delivered > 0) return false;
    const auto replies = queue_.LoadOf(QueueStream::kReplies, QueueToken(options_.batch));
    return replies && replies->waiting == 0;
  }

  MaybeError SendLostAgain() {
    if (unanswered_ == 0 || unsent_ || Clock::now() - last_news_ < kQuiet) return {};
    last_news_ = Clock::now();
    if (!AreLost()) return {};
    if (queue_calls_.on_problem) {
      queue_calls_.on_problem("queue: " + std::to_string(unanswered_) +
                              " images were lost by the broker; sent again");
    }
    std::map<std::string, UnderWay> lost;
    for (const auto& [id, image] : under_way_) {
      if (!image.is_answered) lost.emplace(id, image);
    }
    for (const auto& [old_id, image] : lost) {
      under_way_.erase(old_id);
      // Another id: the broker may remember the old one as stored.
      const std::string id = NewId();
      under_way_[id] = image;
      const auto file = ReadImageFile(image.name);
      if (!file) {
        if (auto error = Fail(id, file.error())) return error;
        continue;
      }
      const auto published = Send(id, *file);
      if (!published) return published.error();
      // What found no room is missed again, and sent then.
      if (*published == Published::kFull) return {};
    }
    return {};
  }

  Queue& queue_;
  const QueuePipelineOptions& options_;
  const PipelineCalls& calls_;
  const QueueCalls& queue_calls_;
  const std::string work_;
  const std::string images_;  // subjects
  const std::string replies_;
  const std::string run_id_ = RunId();
  std::unique_ptr<QueueReader> reader_;
  std::map<std::string, UnderWay> under_way_;  // by id: sent, and not yet stored
  // Ids to remove from it.
  const std::shared_ptr<std::vector<std::string>> stored_ =
      std::make_shared<std::vector<std::string>>();
  std::optional<Unsent> unsent_;  // the broker had no room; also in under_way_
  int unanswered_ = 0;            // of under_way_
  std::int64_t unanswered_bytes_ = 0;
  int most_ = options_.ahead;  // of unanswered_: less if the broker was full
  std::int64_t sent_ = 0;
  bool is_end_ = false;
  bool is_away_ = false;
  bool was_full_ = false;  // and that was reported
  Clock::time_point last_news_ = Clock::now();
};

}  // namespace

MaybeError RunQueuePipeline(Queue& queue, const QueuePipelineOptions& options,
                            const PipelineCalls& calls, const QueueCalls& queue_calls) {
  CHECK(options.ahead >= 1);
  return QueuePipeline(queue, options, calls, queue_calls).Run();
}

}  // namespace edgevlm
