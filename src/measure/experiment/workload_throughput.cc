// Requests side by side: several workers, each of which computes one after the other.
#include <mutex>
#include <thread>

#include "base/stopwatch.h"
#include "measure/ask_once.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

// Of all workers together, so that every number of workers that divides it does the same work.
constexpr int kRequests = 8;

class ThroughputWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) override {
    const AskedOnce request = {.images = item.images,
                               .frames = item.frames,
                               .question = item.question,
                               .decode = {.max_tokens = setup.request.max_tokens}};
    const int workers = setup.request.workers;
    const int each = std::max(1, kRequests / workers);
    MaybeError failed;
    std::mutex mutex;  // of failed
    const Stopwatch watch;
    {
      std::vector<std::jthread> threads;
      for (int worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&] {
          for (int i = 0; i < each; ++i) {
            Session session(engine);
            const Result<Reply> reply = AskOnce(session, request);
            if (reply) continue;
            const std::lock_guard lock(mutex);
            failed = reply.error();
            return;
          }
        });
      }
    }
    const double ms = watch.Milliseconds();
    if (failed) return *failed;
    return Outcome{
        .metrics = {{"images_per_s", workers * each * 1e3 / ms}, {"request_ms", ms / each}}};
  }
};

}  // namespace

std::unique_ptr<Workload> MakeThroughputWorkload(const LoadModel&) {
  return std::make_unique<ThroughputWorkload>();
}

}  // namespace edgevlm
