// ProfileRecorder: what a session's requests cost, for Session::TakeProfile.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/stopwatch.h"
#include "decode/sequence.h"
#include "edgevlm/edgevlm.h"
#include "edgevlm/profiler.h"
#include "engine/engine_state.h"
#include "engine/reply/profile_parts.h"
#include "profile/profiler.h"

namespace edgevlm {

// Threads: one at a time.
class ProfileRecorder {
 public:
  explicit ProfileRecorder(const EngineState& engine);
  ProfileRecorder(const ProfileRecorder&) = delete;
  ProfileRecorder& operator=(const ProfileRecorder&) = delete;

  Profiler* profiler() { return &*profiler_; }

  // Part of a request: its time counts, and the engine's threads are observed unless another
  // session does so.
  class Scope {
   public:
    explicit Scope(ProfileRecorder* recorder);  // null: nothing happens
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    ProfileRecorder* recorder_;
    Stopwatch watch_;
  };

  // After a step of the decoder that took so long and chose so many tokens.
  void AddStep(int tokens, double ms, const Sequence& sequence);
  void AddEncoding(const Timings& timings);
  void AddReply(std::string_view question, int image_tokens, const Reply& reply);

  // Everything since the last call.
  Profile Take();

 private:
  void Observe(bool begins);

  const EngineState& engine_;
  std::optional<Profiler> profiler_;
  std::vector<ThreadPool*> observed_;
  Profile::Request request_;
  RunTimings timings_;
  StepCounters counters_;
  int generated_ = 0;  // tokens after the first of each reply
};

}  // namespace edgevlm
