#include "engine/scheduling/scheduler_profile.h"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <span>
#include <thread>

#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Waits for the end of one request.
class EndWaiter final : public ReplyListener {
 public:
  void OnAccepted(int) override {}
  void OnProgress(const Progress&) override {}
  void OnText(const TextPiece&) override { has_text_ = true; }
  void OnEnd(const Result<RequestReply>& reply) override {
    {
      const std::lock_guard lock(mutex_);
      is_ok_ = reply.ok();
    }
    change_.notify_all();
  }
  // Whether it succeeded.
  bool Wait() {
    std::unique_lock lock(mutex_);
    change_.wait(lock, [this] { return is_ok_.has_value(); });
    return *is_ok_;
  }
  bool has_text() const { return has_text_; }

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::optional<bool> is_ok_;
  std::atomic<bool> has_text_ = false;
};

RequestPart ImagePart(unsigned seed) {
  const std::vector<std::byte> file = TinyImage(24, 16, seed);
  return {.image = std::make_shared<const std::string>(reinterpret_cast<const char*>(file.data()),
                                                       file.size())};
}

ReplyRequest Request(std::vector<RequestPart> parts, int max_tokens) {
  ReplyRequest request;
  request.messages = {{.role = Role::kUser, .parts = std::move(parts)}};
  request.decode.max_tokens = max_tokens;
  return request;
}

std::shared_ptr<EndWaiter> Submit(Scheduler& scheduler, ReplyRequest request) {
  auto waiter = std::make_shared<EndWaiter>();
  EXPECT_TRUE(scheduler.Submit(std::move(request), waiter));
  return waiter;
}

const ModuleProfile* Find(const Profile& profile, std::string_view name) {
  for (const ModuleProfile& module : profile.modules) {
    if (module.name == name) return &module;
  }
  return nullptr;
}

TEST(SchedulerProfile, ThereIsNoneUnlessAsked) {
  const Engine engine = TinyEngine();
  const Scheduler scheduler(engine, {});
  EXPECT_FALSE(scheduler.CurrentProfile());
}

TEST(SchedulerProfile, AddsUpImagesAndSteps) {
  const Engine engine = TinyEngine(2);
  Scheduler scheduler(engine, {.profile = true});
  EXPECT_TRUE(scheduler.CurrentProfile()->modules.empty());
  ASSERT_TRUE(Submit(scheduler, Request({ImagePart(1)}, 5))->Wait());
  const Profile one = *scheduler.CurrentProfile();
  for (const char* name : {"image", "vision_tower", "multi_modal_projector", "tokenizer", "cache",
                           "prefill", "decode", "sampling"}) {
    ASSERT_NE(Find(one, name), nullptr) << name;
    EXPECT_GT(Find(one, name)->total_ms, 0) << name;
  }
  EXPECT_EQ(one.summed_requests, 1);
  EXPECT_EQ(one.request.reply_tokens, 5);
  ASSERT_EQ(one.runs.size(), 1u);
  EXPECT_GE(one.runs[0].e2e, one.runs[0].ttft);
  EXPECT_EQ(Find(one, "decode")->calls, 4);
  EXPECT_GT(VerdictOf(one).total_ms, 0);
  EXPECT_THAT(one.timeline.threads, Contains("images"));
  EXPECT_THAT(one.timeline.threads, Contains("steps"));
  for (const ProfileTimeline::Event& event : one.timeline.events) {
    ASSERT_LT(static_cast<std::size_t>(event.thread), one.timeline.threads.size());
    ASSERT_LT(static_cast<std::size_t>(event.name), one.timeline.names.size());
  }
  ASSERT_TRUE(Submit(scheduler, Request({ImagePart(2)}, 5))->Wait());
  const Profile two = *scheduler.CurrentProfile();
  EXPECT_EQ(two.summed_requests, 2);
  EXPECT_EQ(Find(two, "decode")->calls, 8);
  EXPECT_EQ(two.request.prompt_tokens, 2 * one.request.prompt_tokens);
  EXPECT_THAT(ProfileTable(two), HasSubstr(" in modules, 2 requests\n"));
  // No text of a request is in the profile: others may read it.
  EXPECT_EQ(two.request.reply, "");
  const Result<Profile> read = ReadProfile(ProfileJson(two));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->summed_requests, 2);
}

// As one without images, it does not wait for the thread that encodes.
TEST(SchedulerProfile, RecordsRequestsWithEncodedImages) {
  const Engine engine = TinyEngine();
  Scheduler scheduler(engine, {.profile = true});
  const auto image =
      std::make_shared<const EncodedImage>(*engine.EncodeImage(TinyImage(24, 16, 1)));
  ASSERT_TRUE(Submit(scheduler, Request({{.encoded = image}}, 5))->Wait());
  const Profile profile = *scheduler.CurrentProfile();
  EXPECT_EQ(Find(profile, "vision_tower"), nullptr);
  ASSERT_NE(Find(profile, "tokenizer"), nullptr);
  EXPECT_THAT(profile.timeline.threads, Contains("prompts"));
  EXPECT_THAT(profile.timeline.threads, Not(Contains("images")));
}

TEST(SchedulerProfile, RecordsRequestsOfTextOnly) {
  const Engine engine = TinyEngine();
  Scheduler scheduler(engine, {.profile = true});
  ASSERT_TRUE(Submit(scheduler, Request({{.text = "what is it"}}, 5))->Wait());
  const Profile profile = *scheduler.CurrentProfile();
  // This model sees a gray image then (engine/vision/blank_image.h).
  for (const char* name : {"tokenizer", "vision_tower", "prefill", "decode", "sampling"}) {
    ASSERT_NE(Find(profile, name), nullptr) << name;
  }
  EXPECT_EQ(profile.request.image_tokens, 0);
  EXPECT_THAT(profile.timeline.threads, Not(Contains("images")));
}

TEST(SchedulerProfile, KeepsTheLatenciesOfTheLastRequestsOnly) {
  const Engine engine = TinyEngine();
  SchedulerProfile profile(StateOf(engine));
  RequestReply reply;
  reply.reply.reply_tokens = 3;
  for (int i = 0; i < 1000; ++i) {
    reply.first_token_ms = i;
    reply.reply.timings.total_ms = i + 10.0;
    profile.AddReply(reply);
  }
  const Profile read = profile.Read();
  EXPECT_EQ(read.summed_requests, 1000);
  ASSERT_EQ(read.runs.size(), SchedulerProfile::kMaxRuns);
  EXPECT_EQ(read.runs.back().e2e, 1009);
  EXPECT_EQ(read.runs.back().tpot, 5);
  EXPECT_EQ(read.request.reply_tokens, 3000);
}

// Many at once, some of which are cancelled, while others read the profile.
TEST(SchedulerProfile, IsReadWhileRequestsRun) {
  const Engine engine = TinyEngine(2);
  Scheduler scheduler(engine, {.running = 3, .profile = true});
  std::atomic<bool> is_over = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!is_over) {
        const Profile profile = *scheduler.CurrentProfile();
        for (const ModuleProfile& module : profile.modules) {
          ASSERT_GE(module.self_ms, 0) << module.name;
        }
      }
    });
  }
  std::int64_t done = 0;
  for (unsigned round = 0; round < 6; ++round) {
    std::vector<std::shared_ptr<EndWaiter>> waiters;
    for (unsigned i = 0; i < 4; ++i) {
      waiters.push_back(Submit(scheduler, Request({ImagePart(4 * round + i)}, 6)));
    }
    const auto cancelled = std::make_shared<EndWaiter>();
    const auto number = scheduler.Submit(Request({ImagePart(100 + round)}, 60), cancelled);
    if (round % 2 == 0) {
      while (!cancelled->has_text()) std::this_thread::yield();
    }
    scheduler.Cancel(*number);
    for (const auto& waiter : waiters) done += waiter->Wait() ? 1 : 0;
    done += cancelled->Wait() ? 1 : 0;
  }
  is_over = true;
  for (std::thread& reader : readers) reader.join();
  const Profile profile = *scheduler.CurrentProfile();
  EXPECT_EQ(profile.summed_requests, done);
  EXPECT_GE(done, 24);
  EXPECT_EQ(Find(profile, "draft"), nullptr);
}

}  // namespace
}  // namespace edgevlm
