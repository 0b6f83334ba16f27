// One reply about the item, profiled.
#include "edgevlm/profiler.h"
#include "measure/ask_once.h"
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

// "vision encoder" -> "vision_encoder".
std::string MetricName(const std::string& part) {
  std::string name = part;
  for (char& letter : name) letter = letter == ' ' ? '_' : letter;
  return name;
}

class AskWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) override {
    Session session(engine, {.profile = true});
    const Result<Reply> reply =
        AskOnce(session, {.images = item.images,
                          .frames = item.frames,
                          .question = item.question,
                          .decode = {.max_tokens = setup.request.max_tokens}});
    if (!reply) return reply.error();
    Outcome outcome = {.metrics = {}, .reply = reply->text, .has_reply = true};
    const Profile profile = session.TakeProfile();
    AddParts(VerdictOf(profile), outcome.metrics);
    const RunTimings& run = profile.runs.front();
    outcome.metrics.emplace_back("ttft_ms", run.ttft);
    // Of a reply of one token there is none.
    if (reply->reply_tokens > 1) outcome.metrics.emplace_back("tpot_ms", run.tpot);
    outcome.metrics.emplace_back("image_tokens", profile.request.image_tokens);
    outcome.metrics.emplace_back("prompt_tokens", reply->prompt_tokens);
    outcome.metrics.emplace_back("reply_tokens", reply->reply_tokens);
    return outcome;
  }

 private:
  static void AddParts(const ProfileVerdict& verdict, Metrics& metrics) {
    metrics.emplace_back("total_ms", verdict.total_ms);
    for (const ProfileVerdict::Part& part : verdict.parts) {
      const std::string name = MetricName(part.name);
      metrics.emplace_back(name + "_ms", part.ms);
      metrics.emplace_back(name + "_share", part.share);
    }
  }
};

}  // namespace

std::unique_ptr<Workload> MakeAskWorkload(const LoadModel&) {
  return std::make_unique<AskWorkload>();
}

}  // namespace edgevlm
