#include "edgevlm/scheduler.h"

#include <gmock/gmock.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>

#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;

constexpr auto kPatience = 30s;

// Records events, and lets others wait for them.
class Recorder final : public ReplyListener {
 public:
  void OnAccepted(int waiting_before) override { position_ = waiting_before; }
  void OnProgress(const Progress& progress) override {
    const std::lock_guard lock(mutex_);
    progress_.push_back(progress);
  }
  void OnText(const TextPiece& piece) override {
    {
      const std::lock_guard lock(mutex_);
      texts_[static_cast<std::size_t>(piece.reply)] += piece.text;
      choices_ += piece.choices.size();
    }
    change_.notify_all();
    if (on_text) on_text();
  }
  void OnEnd(const Result<RequestReply>& reply) override {
    {
      const std::lock_guard lock(mutex_);
      end_ = reply;
    }
    change_.notify_all();
  }

  // The result given to OnEnd.
  Result<RequestReply> Wait() {
    std::unique_lock lock(mutex_);
    const bool ended = change_.wait_for(lock, kPatience, [this] { return end_.has_value(); });
    return ended ? *end_ : Result<RequestReply>(Error{ErrorCode::kIo, "nothing was heard"});
  }
  void WaitForText() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(change_.wait_for(lock, kPatience, [this] { return !texts_[0].empty() || end_; }));
  }

  std::string text(std::size_t reply = 0) {
    const std::lock_guard lock(mutex_);
    return texts_[reply];
  }
  // Of all pieces.
  std::size_t choices() {
    const std::lock_guard lock(mutex_);
    return choices_;
  }
  std::vector<Progress> progress() {
    const std::lock_guard lock(mutex_);
    return progress_;
  }
  bool ended() {
    const std::lock_guard lock(mutex_);
    return end_.has_value();
  }
  int position() const { return position_; }

  std::function<void()> on_text;

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::array<std::string, kMaxReplies> texts_;
  std::size_t choices_ = 0;
  std::vector<Progress> progress_;
  std::optional<Result<RequestReply>> end_;
  int position_ = -1;
};

std::shared_ptr<const std::string> ImageFile(unsigned seed) {
  const std::vector<std::byte> file = TinyImage(24, 16, seed);
  return std::make_shared<const std::string>(reinterpret_cast<const char*>(file.data()),
                                             file.size());
}

ReplyRequest About(const std::shared_ptr<const std::string>& image, int max_tokens,
                   std::uint64_t seed = 0) {
  ReplyRequest request;
  request.messages = {{.role = Role::kUser, .parts = {{.image = image}}}};
  request.decode = {.max_tokens = max_tokens, .temperature = seed == 0 ? 0.0f : 2.0f, .seed = seed};
  return request;
}

class SchedulerTest : public ::testing::Test {
 protected:
  std::shared_ptr<Recorder> Submit(Scheduler& scheduler, ReplyRequest request) {
    auto recorder = std::make_shared<Recorder>();
    const auto number = scheduler.Submit(std::move(request), recorder);
    EXPECT_TRUE(number);
    last_number_ = number.value_or(0);
    return recorder;
  }

  const Engine engine_ = TinyEngine();
  std::uint64_t last_number_ = 0;
};

TEST_F(SchedulerTest, AnswersAsASessionDoes) {
  const auto image = ImageFile(1);
  Session session(engine_);
  ASSERT_FALSE(session.SetImage(std::as_bytes(std::span(*image))));
  const auto alone = session.Caption({.max_tokens = 12});
  Scheduler scheduler(engine_, {});
  const auto recorder = Submit(scheduler, About(image, 12));
  const auto reply = recorder->Wait();
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->reply.text, alone->text);
  EXPECT_EQ(recorder->text(), alone->text);
  EXPECT_EQ(reply->reply.prompt_tokens, alone->prompt_tokens);
  EXPECT_EQ(reply->reply.reply_tokens, alone->reply_tokens);
  EXPECT_GT(reply->image_tokens, 0);
  EXPECT_GE(reply->reply.timings.total_ms, reply->first_token_ms);
}

// The same as requests of their own with these seeds, but the prompt is read once.
TEST_F(SchedulerTest, GeneratesSeveralReplies) {
  Scheduler scheduler(engine_, {.running = 1});
  std::vector<std::string> alone;
  for (std::uint64_t seed = 5; seed < 8; ++seed) {
    alone.push_back(Submit(scheduler, About(ImageFile(1), 12, seed))->Wait()->reply.text);
  }
  ReplyRequest request = About(ImageFile(1), 12, 5);
  request.replies = 3;
  request.decode.alternatives = 1;
  const auto recorder = Submit(scheduler, std::move(request));
  const auto reply = recorder->Wait();
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_EQ(reply->others.size(), 2u);
  std::size_t choices = reply->reply.token_choices.size();
  EXPECT_EQ(reply->reply.text, alone[0]);
  EXPECT_EQ(recorder->text(0), alone[0]);
  for (std::size_t i = 1; i < alone.size(); ++i) {
    const Reply& other = reply->others[i - 1];
    EXPECT_EQ(other.text, alone[i]);
    EXPECT_EQ(recorder->text(i), alone[i]);
    EXPECT_EQ(other.reused_tokens, other.prompt_tokens - 1);
    choices += other.token_choices.size();
  }
  EXPECT_NE(alone[0], alone[1]);
  EXPECT_LE(recorder->choices(), choices) << "those of held back text come with the end";
  EXPECT_GT(recorder->choices(), 0u);
}

TEST_F(SchedulerTest, RejectsTooManyReplies) {
  Scheduler scheduler(engine_, {});
  for (const int wrong : {0, kMaxReplies + 1}) {
    ReplyRequest request = About(ImageFile(1), 2);
    request.replies = wrong;
    const auto reply = Submit(scheduler, std::move(request))->Wait();
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(reply.error().message, HasSubstr("replies: expected 1 to 4"));
  }
}

// A model that takes the last image only does not get the others, and the reply reports it.
TEST_F(SchedulerTest, ReportsWhichImagesWereEncoded) {
  Scheduler scheduler(engine_, {});
  const auto one = Submit(scheduler, About(ImageFile(2), 3))->Wait();
  ReplyRequest request = About(ImageFile(1), 3);
  request.messages[0].parts.push_back({.image = ImageFile(2)});
  const auto recorder = Submit(scheduler, std::move(request));
  const auto reply = recorder->Wait();
  ASSERT_TRUE(one && reply);
  EXPECT_EQ(reply->reply.text, one->reply.text);
  EXPECT_EQ(reply->image_tokens, one->image_tokens);
  ASSERT_EQ(reply->images.size(), 2u);
  EXPECT_EQ(reply->images[0].tokens, 0);
  EXPECT_EQ(reply->images[1].tokens, one->image_tokens);
  for (const Progress& progress : recorder->progress()) {
    EXPECT_TRUE(progress.stage != RequestStage::kImages || progress.total == 2);
  }
}

TEST_F(SchedulerTest, ImagesMayBeEncodedBefore) {
  Scheduler scheduler(engine_, {});
  const auto never = [] { return false; };
  const auto plain = Submit(scheduler, About(ImageFile(2), 8))->Wait();
  ReplyRequest request = About(ImageFile(2), 8);
  scheduler.EncodeAhead(request, never);
  EXPECT_EQ(request.messages[0].parts[0].image, nullptr);
  ASSERT_NE(request.messages[0].parts[0].encoded, nullptr);
  const auto reply = Submit(scheduler, request)->Wait();
  ASSERT_TRUE(plain && reply);
  EXPECT_EQ(reply->reply.text, plain->reply.text);
  EXPECT_EQ(reply->image_tokens, plain->image_tokens);
  EXPECT_FALSE(reply->images[0].is_reused);
  EXPECT_GT(reply->reply.timings.encode_ms, 0);

  ReplyRequest broken = About(std::make_shared<const std::string>("hello"), 8);
  scheduler.EncodeAhead(broken, never);
  const auto error = Submit(scheduler, broken)->Wait();
  ASSERT_FALSE(error);
  EXPECT_THAT(error.error().message, HasSubstr("expected"));

  ReplyRequest cancelled = About(ImageFile(2), 8);
  scheduler.EncodeAhead(cancelled, [] { return true; });
  EXPECT_NE(cancelled.messages[0].parts[0].image, nullptr);
}

// Drafts are verified in the shared batch, and change nothing.
TEST_F(SchedulerTest, GuessesForSeveralAtOnce) {
  constexpr unsigned kRequests = 5;
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  EngineOptions options;
  options.threads = 1;
  options.speculation = {.drafter = "self:1", .draft_tokens = 3};
  const auto guessing = Engine::Load(bytes, options);
  ASSERT_TRUE(guessing) << guessing.error().message;
  Scheduler plain(engine_, {.running = 1});
  Scheduler many(*guessing, {.running = 3});
  std::vector<std::shared_ptr<Recorder>> recorders;
  for (unsigned i = 0; i < kRequests; ++i) {
    recorders.push_back(Submit(many, About(ImageFile(i), 20)));
  }
  int accepted = 0;
  for (unsigned i = 0; i < kRequests; ++i) {
    const auto reply = recorders[i]->Wait();
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->reply.text, Submit(plain, About(ImageFile(i), 20))->Wait()->reply.text);
    EXPECT_GT(reply->reply.drafted_tokens, 0);
    accepted += reply->reply.accepted_tokens;
  }
  EXPECT_GT(accepted, 0);
}

TEST_F(SchedulerTest, OthersChangeNothing) {
  constexpr int kRequests = 12;
  std::vector<std::string> alone;
  {
    Scheduler one(engine_, {.running = 1});
    for (unsigned i = 0; i < kRequests; ++i) {
      alone.push_back(
          Submit(one, About(ImageFile(i), 5 + static_cast<int>(i), i))->Wait()->reply.text);
    }
  }
  Scheduler many(engine_, {.running = 5, .prefill_tokens = 3});
  std::vector<std::shared_ptr<Recorder>> recorders;
  for (unsigned i = 0; i < kRequests; ++i) {
    recorders.push_back(Submit(many, About(ImageFile(i), 5 + static_cast<int>(i), i)));
  }
  for (std::size_t i = 0; i < kRequests; ++i) {
    const auto reply = recorders[i]->Wait();
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->reply.text, alone[i]) << i;
  }
}

TEST_F(SchedulerTest, NotifiesOfProgress) {
  Scheduler scheduler(engine_, {});
  const auto recorder = Submit(scheduler, About(ImageFile(1), 2));
  ASSERT_TRUE(recorder->Wait());
  const std::vector<Progress> progress = recorder->progress();
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.front().stage, RequestStage::kImages);
  EXPECT_EQ(progress.front().total, 1);
  EXPECT_EQ(progress.back().stage, RequestStage::kPrompt);
}

TEST_F(SchedulerTest, AFullQueueTakesNoMore) {
  Scheduler scheduler(engine_, {.running = 1, .waiting = 2});
  std::mutex hold;
  hold.lock();
  auto first = std::make_shared<Recorder>();
  first->on_text = [&] { const std::lock_guard wait(hold); };
  ASSERT_TRUE(scheduler.Submit(About(ImageFile(1), 30), first));
  first->WaitForText();
  EXPECT_EQ(Submit(scheduler, About(ImageFile(2), 1))->position(), 1);
  const auto last = Submit(scheduler, About(ImageFile(3), 1));
  EXPECT_EQ(last->position(), 2);
  EXPECT_FALSE(scheduler.Submit(About(ImageFile(4), 1), std::make_shared<Recorder>()));
  EXPECT_EQ(scheduler.stats().waiting, 2);
  hold.unlock();
  EXPECT_TRUE(last->Wait());
}

TEST_F(SchedulerTest, CancelsWhereverARequestIs) {
  Scheduler scheduler(engine_, {.running = 1});
  std::mutex hold;
  hold.lock();
  auto generating = std::make_shared<Recorder>();
  generating->on_text = [&] { const std::lock_guard wait(hold); };
  const auto number = scheduler.Submit(About(ImageFile(1), 60), generating);
  generating->WaitForText();
  const auto waiting = Submit(scheduler, About(ImageFile(2), 1));
  scheduler.Cancel(last_number_);
  scheduler.Cancel(*number);
  hold.unlock();
  EXPECT_EQ(generating->Wait().error().code, ErrorCode::kCancelled);
  EXPECT_EQ(waiting->Wait().error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(Submit(scheduler, About(ImageFile(3), 1))->Wait());
  scheduler.Cancel(*number);  // which has ended
}

// In any stage: no more text is emitted, and others are not affected.
TEST_F(SchedulerTest, CancelsInTheMiddleOfAPrompt) {
  Scheduler scheduler(engine_, {.running = 2});
  const auto alone = Submit(scheduler, About(ImageFile(1), 8))->Wait();
  for (int i = 0; i < 50; ++i) {
    const auto cancelled = Submit(scheduler, About(ImageFile(2), 60));
    const std::uint64_t number = last_number_;
    const auto other = i % 2 == 0 ? nullptr : Submit(scheduler, About(ImageFile(1), 8));
    const auto wanted = static_cast<std::size_t>(i % 3 + 1);
    while (cancelled->progress().size() < wanted && !cancelled->ended()) std::this_thread::yield();
    scheduler.Cancel(number);
    static_cast<void>(cancelled->Wait());
    if (other == nullptr) continue;
    EXPECT_EQ(other->Wait()->reply.text, alone->reply.text);
  }
}

TEST_F(SchedulerTest, EndsWhatTakesTooLong) {
  Scheduler scheduler(engine_, {.running = 1});
  ReplyRequest late = About(ImageFile(1), 60);
  late.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(Submit(scheduler, late)->Wait().error().code, ErrorCode::kCancelled);
  // A request that waits behind another, which has no deadline.
  std::mutex hold;
  hold.lock();
  auto generating = std::make_shared<Recorder>();
  generating->on_text = [&] { const std::lock_guard wait(hold); };
  ASSERT_TRUE(scheduler.Submit(About(ImageFile(1), 60), generating));
  generating->WaitForText();
  late.deadline = std::chrono::steady_clock::now() + 20ms;
  const auto behind = Submit(scheduler, late);
  std::this_thread::sleep_for(30ms);
  hold.unlock();
  EXPECT_EQ(behind->Wait().error().code, ErrorCode::kCancelled);
}

TEST_F(SchedulerTest, WrongRequestsAreAnswered) {
  Scheduler scheduler(engine_, {});
  const auto error_of = [&](ReplyRequest request) {
    const auto reply = Submit(scheduler, std::move(request))->Wait();
    return reply ? "" : reply.error().message;
  };
  EXPECT_THAT(error_of({}), HasSubstr("messages: expected at least one"));
  EXPECT_THAT(error_of(About(std::make_shared<const std::string>("hello"), 1)),
              HasSubstr("expected"));
  EXPECT_NE(error_of(About(ImageFile(1), 0)), "");
  ReplyRequest long_text = About(ImageFile(1), 1);
  long_text.messages[0].parts.push_back({.text = std::string(100'000, 'a')});
  EXPECT_THAT(error_of(long_text), HasSubstr("prompt: expected at most"));
  EXPECT_TRUE(Submit(scheduler, About(ImageFile(1), 1))->Wait());
}

TEST_F(SchedulerTest, StopEndsEverything) {
  std::vector<std::shared_ptr<Recorder>> recorders;
  Scheduler scheduler(engine_, {.running = 2});
  for (unsigned i = 0; i < 6; ++i) recorders.push_back(Submit(scheduler, About(ImageFile(i), 60)));
  scheduler.Stop();
  for (const auto& recorder : recorders) static_cast<void>(recorder->Wait());
  EXPECT_FALSE(scheduler.Submit(About(ImageFile(1), 1), std::make_shared<Recorder>()));
  EXPECT_EQ(scheduler.stats().running, 0);
}

TEST_F(SchedulerTest, ListenersMayAskAgain) {
  Scheduler scheduler(engine_, {});
  class Again final : public ReplyListener {
   public:
    Again(Scheduler& scheduler, std::shared_ptr<Recorder> last)
        : scheduler_(scheduler), last_(std::move(last)) {}
    void OnAccepted(int) override {}
    void OnProgress(const Progress&) override {}
    void OnText(const TextPiece&) override {}
    void OnEnd(const Result<RequestReply>&) override {
      EXPECT_TRUE(scheduler_.Submit(About(ImageFile(2), 1), last_));
    }

   private:
    Scheduler& scheduler_;
    const std::shared_ptr<Recorder> last_;
  };
  const auto last = std::make_shared<Recorder>();
  ASSERT_TRUE(scheduler.Submit(About(ImageFile(1), 1), std::make_shared<Again>(scheduler, last)));
  EXPECT_TRUE(last->Wait());
}

}  // namespace
}  // namespace edgevlm
