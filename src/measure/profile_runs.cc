#include "measure/profile_runs.h"

#include "base/check.h"

namespace edgevlm {
namespace {

// An image by itself is asked about as `edgevlm ask` does; several, and none, in one message.
Result<Reply> RunOnce(const ProfileRequest& request, Session& session) {
  Message message;
  for (std::size_t i = 0; i < request.images.size(); ++i) {
    if (auto error = session.SetImage(request.images[i])) {
      return Error{error->code, request.names[i] + ": " + error->message};
    }
    message.parts.push_back({.image = session.image()});
  }
  if (request.images.size() == 1) {
    return request.question.empty() ? session.Caption(request.decode)
                                    : session.Ask(request.question, request.decode);
  }
  if (!request.question.empty()) message.parts.push_back({.text = request.question});
  return session.Chat({&message, 1}, request.decode);
}

}  // namespace

Result<Profile> ProfileRuns(const Engine& engine, const ProfileRequest& request, int runs,
                            const std::function<void(int)>& on_run) {
  CHECK(runs > 0 && request.names.size() == request.images.size());
  CHECK(!request.images.empty() || !request.question.empty());
  std::vector<Profile> profiles;
  for (int run = 0; run <= runs; ++run) {
    const bool is_warm_up = run == 0;
    Session session(engine, {.profile = !is_warm_up});
    const Result<Reply> reply = RunOnce(request, session);
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
