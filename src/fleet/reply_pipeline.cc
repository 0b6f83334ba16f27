#include "fleet/reply_pipeline.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/threads.h"
#include "edgevlm/scheduler.h"

namespace edgevlm {
namespace {

constexpr std::chrono::milliseconds kTick(100);
// Nobody waits for a first word here: prompts are read in parts as large as pay.
constexpr int kPrefillTokens = 512;

Error NoMemory() { return {ErrorCode::kTooLarge, "memory: none left for this image"}; }

// An image from its encoding to its last reply.
struct AskedImage {
  std::int64_t index = 0;
  std::shared_ptr<const AskedWork> asked;
  std::shared_ptr<const EncodedImage> encoded;
  std::vector<Reply> replies;
};

class Pipeline {
 public:
  Pipeline(const Engine& engine, const PipelineOptions& options, const PipelineCalls& calls)
      : engine_(engine),
        options_(options),
        calls_(calls),
        scheduler_(engine, {.running = options.running,
                            .waiting = options.running + options.encode_together,
                            .prefill_tokens = kPrefillTokens,
                            .keeps_steps_short = false}) {}

  MaybeError Run() {
    JoiningThreads threads;
    threads.Start("the encoder of a batch", [this] { EncodeAll(); });
    const Stopper stopper(*this);
    const MaybeError error = Deliver();
    if (error) scheduler_.Stop();
    Stop();
    threads.Join();
    scheduler_.Stop();
    return error;
  }

 private:
  class Listener;

  // Ends the encoder's thread, also when memory runs out.
  struct Stopper {
    explicit Stopper(Pipeline& of) : pipeline(of) {}
    ~Stopper() { pipeline.Stop(); }
    Stopper(const Stopper&) = delete;
    Stopper& operator=(const Stopper&) = delete;
    Pipeline& pipeline;
  };

  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
  }

  // Passes on what is done until all is, or an error.
  MaybeError Deliver() {
    for (bool is_over = false; !is_over;) {
      std::deque<PipelineReplies> done;
      {
        std::unique_lock lock(mutex_);
        const auto has_news = [this] { return stop_ || (is_encoded_ && under_way_ == 0); };
        wake_.wait_for(lock, kTick, [&] { return !done_.empty() || has_news(); });
        done.swap(done_);
        is_over = has_news();
      }
      for (PipelineReplies& replies : done) {
        if (auto error = calls_.on_replies(std::move(replies))) return error;
      }
      if (calls_.on_tick == nullptr) continue;
      if (auto error = calls_.on_tick()) return error;
    }
    return {};
  }

  // On a thread of its own.
  void EncodeAll() {
    const Stopper stopper(*this);  // an exception must not leave the other thread waiting
    while (EncodeNext()) {
    }
    std::unique_lock lock(mutex_);
    is_encoded_ = true;
    wake_.notify_all();
    wake_.wait(lock, [this] { return stop_ || under_way_ == 0; });
  }

  // False: there are no more.
  bool EncodeNext() {
    {
      // No further ahead than the next group: more would only take memory.
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || under_way_ <= options_.running; });
      if (stop_) return false;
    }
    std::vector<PipelineImage> group;
    auto none = NoImage::kForNow;
    while (std::ssize(group) < options_.encode_together) {
      NextImage next = calls_.next(/*may_wait=*/group.empty());
      if (const NoImage* const found = std::get_if<NoImage>(&next)) {
        none = *found;
        break;
      }
      auto& image = std::get<PipelineImage>(next);
      {
        const std::lock_guard lock(mutex_);
        ++under_way_;
      }
      if (image.file) {
        group.push_back(std::move(image));
      } else {
        Finish(image.index, image.file.error());
      }
    }
    if (!group.empty()) EncodeGroup(group);
    return none == NoImage::kForNow;
  }

  // One that cannot be encoded must not take the others with it.
  void EncodeGroup(const std::vector<PipelineImage>& group) {
    std::vector<std::span<const std::byte>> files;
    for (const PipelineImage& image : group) files.emplace_back(*image.file);
    Result<std::vector<EncodedImage>> encoded = Encode(files);
    if (encoded) {
      for (std::size_t i = 0; i < group.size(); ++i) {
        Start(group[i], std::move((*encoded)[i]));
      }
      return;
    }
    for (const PipelineImage& image : group) {
      const std::span<const std::byte> alone(*image.file);
      Result<std::vector<EncodedImage>> one = Encode({&alone, 1});
      if (one) {
        Start(image, std::move(one->front()));
      } else {
        Finish(image.index, WithoutNumber(one.error()));
      }
    }
  }

  Result<std::vector<EncodedImage>> Encode(std::span<const std::span<const std::byte>> files) {
    try {
      return engine_.EncodeImages(files);
    } catch (const std::bad_alloc&) {
      return NoMemory();
    }
  }

  // EncodeImages numbers its images, which says nothing where there is one.
  static Error WithoutNumber(const Error& error) {
    constexpr std::string_view kNumber = "image 0: ";
    if (!error.message.starts_with(kNumber)) return error;
    return {error.code, error.message.substr(kNumber.size())};
  }

  void Start(const PipelineImage& image, EncodedImage encoded) {
    Ask(std::make_shared<AskedImage>(
        AskedImage{.index = image.index,
                   .asked = image.asked != nullptr ? image.asked : asked_,
                   .encoded = std::make_shared<const EncodedImage>(std::move(encoded)),
                   .replies = {}}));
  }

  void Ask(std::shared_ptr<AskedImage> image);
  void OnReply(const std::shared_ptr<AskedImage>& image, const Result<RequestReply>& reply);

  void Finish(std::int64_t index, Result<std::vector<Reply>> replies) {
    {
      const std::lock_guard lock(mutex_);
      done_.push_back({.index = index, .replies = std::move(replies)});
      --under_way_;
    }
    wake_.notify_all();
  }

  const Engine& engine_;
  const PipelineOptions& options_;
  const PipelineCalls& calls_;
  const std::shared_ptr<const AskedWork> asked_ = std::make_shared<AskedWork>(options_.asked);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<PipelineReplies> done_;
  int under_way_ = 0;  // images from `next` to done_
  bool is_encoded_ = false;
  bool stop_ = false;

  Scheduler scheduler_;  // last: its threads use the other members
};

class Pipeline::Listener final : public ReplyListener {
 public:
  Listener(Pipeline& pipeline, std::shared_ptr<AskedImage> image)
      : pipeline_(pipeline), image_(std::move(image)) {}

  void OnAccepted(int) override {}
  void OnProgress(const Progress&) override {}
  void OnText(const TextPiece&) override {}
  void OnEnd(const Result<RequestReply>& reply) override { pipeline_.OnReply(image_, reply); }

 private:
  Pipeline& pipeline_;
  const std::shared_ptr<AskedImage> image_;
};

// Submits the next question about an image: after the one before, so that it finds the image's keys
// and values in the prefix cache, if the engine has one.
void Pipeline::Ask(std::shared_ptr<AskedImage> image) {
  RequestMessage message;
  message.parts.push_back({.encoded = image->encoded});
  const AskedWork& asked = *image->asked;
  if (!asked.questions.empty()) {
    message.parts.push_back({.text = asked.questions[image->replies.size()]});
  }
  ReplyRequest request = {.messages = {}, .decode = asked.decode};
  request.messages.push_back(std::move(message));
  const std::int64_t index = image->index;
  const auto number =
      scheduler_.Submit(std::move(request), std::make_shared<Listener>(*this, std::move(image)));
  // The queue holds all images that are under way, so it is full only for one that is stopped.
  if (!number) Finish(index, Error{ErrorCode::kCancelled, "batch: stopped"});
}

void Pipeline::OnReply(const std::shared_ptr<AskedImage>& image,
                       const Result<RequestReply>& reply) {
  if (!reply) return Finish(image->index, reply.error());
  image->replies.push_back(reply->reply);
  if (image->replies.size() < image->asked->questions.size()) return Ask(image);
  Finish(image->index, std::move(image->replies));
}

}  // namespace

MaybeError RunPipeline(const Engine& engine, const PipelineOptions& options,
                       const PipelineCalls& calls) {
  CHECK(options.running >= 1 && options.encode_together >= 1);
  if (auto error = Validate(options.asked.decode)) return error;
  return Pipeline(engine, options, calls).Run();
}

}  // namespace edgevlm
