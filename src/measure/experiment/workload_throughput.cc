// Several requests, by how they share the cores.
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/stopwatch.h"
#include "fleet/reply_pipeline.h"
#include "measure/ask_once.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

constexpr int kRequests = 4;

class ThroughputWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) override {
    const RequestSetup& request = setup.request;
    const Stopwatch watch;
    MaybeError error;
    switch (request.schedule) {
      case Schedule::kSerial:
        error = RunSessions(engine, request, item, 1);
        break;
      case Schedule::kSideBySide:
        error = RunSessions(engine, request, item, request.workers);
        break;
      case Schedule::kOverlapped:
        error = RunOverlapped(engine, request, item);
        break;
    }
    if (error) return *error;
    return Outcome{.metrics = {{"images_per_s", kRequests * 1e3 / watch.Milliseconds()}}};
  }

 private:
  // Sessions side by side, each of which takes the next request.
  static MaybeError RunSessions(const Engine& engine, const RequestSetup& request, const Item& item,
                                int workers) {
    const AskedOnce asked = {.images = item.images,
                             .frames = item.frames,
                             .question = item.question,
                             .decode = {.max_tokens = request.max_tokens}};
    std::atomic<int> begun = 0;
    MaybeError failed;
    std::mutex mutex;  // of failed
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&] {
        while (begun++ < kRequests) {
          Session session(engine);
          const Result<Reply> reply = AskOnce(session, asked);
          if (reply) continue;
          const std::lock_guard lock(mutex);
          failed = reply.error();
          return;
        }
      });
    }
    threads.clear();  // joins
    return failed;
  }

  static MaybeError RunOverlapped(const Engine& engine, const RequestSetup& request,
                                  const Item& item) {
    if (item.images.size() != 1) {
      return Error{ErrorCode::kUnsupported, "schedule: overlapped: expected one image, found " +
                                                std::to_string(item.images.size())};
    }
    PipelineOptions options = {.asked = {.decode = {.max_tokens = request.max_tokens}},
                               .running = request.workers,
                               .encode_together = 1};
    if (!item.question.empty()) options.asked.questions = {item.question};
    int begun = 0;
    return RunPipeline(engine, options,
                       {.next = [&](bool) -> NextImage {
                          if (begun == kRequests) return NoImage::kEver;
                          return PipelineImage{.index = begun++, .file = item.images.front()};
                        },
                        .on_replies = [](const PipelineReplies& replies) -> MaybeError {
                          if (!replies.replies) return replies.replies.error();
                          return {};
                        }});
  }
};

}  // namespace

std::unique_ptr<Workload> MakeThroughputWorkload(const LoadModel&) {
  return std::make_unique<ThroughputWorkload>();
}

}  // namespace edgevlm
