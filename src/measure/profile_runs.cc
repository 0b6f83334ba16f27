#include "measure/profile_runs.h"

#include "base/check.h"
#include "measure/ask_once.h"

namespace edgevlm {
Result<Profile> ProfileRuns(const Engine& engine, const ProfileRequest& request, int runs,
                            const std::function<void(int)>& on_run) {
  CHECK(runs > 0 && request.names.size() == request.images.size());
  CHECK(!request.images.empty() || !request.sounds.empty() || !request.question.empty());
  std::vector<Profile> profiles;
  for (int run = 0; run <= runs; ++run) {
    const bool is_warm_up = run == 0;
    Session session(engine, {.profile = !is_warm_up});
    const Result<Reply> reply = AskOnce(session, {.images = request.images,
                                                  .names = request.names,
                                                  .sounds = request.sounds,
                                                  .question = request.question,
                                                  .decode = request.decode});
    if (!reply) return reply.error();
    if (!is_warm_up) profiles.push_back(session.TakeProfile());
    if (on_run) on_run(run);
  }
  Profile profile = MergeRuns(profiles);
  profile.machine.limits = engine.MeasureLimits();
  profile.request.images = request.names;
  return profile;
}

}  // namespace edgevlm
