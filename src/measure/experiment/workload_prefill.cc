// A prompt of random tokens from an empty cache.
#include "base/stopwatch.h"
#include "measure/experiment/workload.h"
#include "measure/measurement.h"

namespace edgevlm {
namespace {

class PrefillWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item&) override {
    const int count = setup.request.prompt_tokens;
    if (count > engine.info().context_tokens) {
      return Error{ErrorCode::kUnsupported, "prompt_tokens: expected at most the context's " +
                                                std::to_string(engine.info().context_tokens) +
                                                ", found " + std::to_string(count)};
    }
    const std::vector<int> tokens = RandomTokens(engine, count);
    Session session(engine);
    const Stopwatch watch;
    const auto logits = session.Evaluate(tokens);
    const double ms = watch.Milliseconds();
    if (!logits) return logits.error();
    return Outcome{.metrics = {{"prefill_ms", ms}, {"tokens_per_s", count * 1e3 / ms}}};
  }
};

}  // namespace

std::unique_ptr<Workload> MakePrefillWorkload(const LoadModel&) {
  return std::make_unique<PrefillWorkload>();
}

}  // namespace edgevlm
