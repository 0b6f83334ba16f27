// Profiler: measures the time of each named zone of a run.
//
// Code marks zones with PROFILE_ZONE(profiler, name); zones may be nested. Names are created once,
// at load, and only referenced. With a null profiler a zone costs one comparison.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// Threads: one at a time; zones are marked on the thread that drives the work, not in its pool.
// Memory: 40 bytes per recorded zone, up to kMaxZones; later ones are counted but not recorded.
class Profiler {
 public:
  static constexpr std::size_t kMaxZones = 1 << 20;

  Profiler() : start_(Clock::now()) {}

  // One line per name, the costliest first: name, calls, total ms, share. A zone's total includes
  // the zones inside it; shares are relative to the time inside outermost zones. Empty if nothing
  // was recorded.
  std::string Table() const;

  // Chrome's trace event format (JSON; one complete event per zone, microseconds), for
  // chrome://tracing or Perfetto.
  std::string Trace() const;

 private:
  friend class ProfileZone;
  using Clock = std::chrono::steady_clock;

  struct Zone {
    std::string_view name;
    std::int64_t begin_ns = 0;  // since start_
    std::int64_t end_ns = 0;
    int depth = 0;  // 0: outermost
  };

  std::int64_t Now() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count();
  }

  Clock::time_point start_;
  std::vector<Zone> zones_;  // in the order in which they ended
  std::int64_t unrecorded_ = 0;
  int depth_ = 0;
};

// Records the time from its construction to its end of scope. Use through PROFILE_ZONE.
class ProfileZone {
 public:
  // profiler: may be null, then nothing happens. name: must live as long as the profiler.
  ProfileZone(Profiler* profiler, std::string_view name) : profiler_(profiler) {
    if (profiler_ != nullptr) StartZone(name);
  }
  ~ProfileZone() {
    if (profiler_ != nullptr) EndZone();
  }
  ProfileZone(const ProfileZone&) = delete;
  ProfileZone& operator=(const ProfileZone&) = delete;

 private:
  void StartZone(std::string_view name);
  void EndZone();

  Profiler* profiler_;
  std::string_view name_;
  std::int64_t begin_ns_ = 0;
};

}  // namespace edgevlm

#define EDGEVLM_ZONE_JOIN(a, b) a##b
#define EDGEVLM_ZONE_NAME(line) EDGEVLM_ZONE_JOIN(profile_zone_, line)
// From here to the end of the scope: zone `name` (a std::string or literal that outlives profiler).
#define PROFILE_ZONE(profiler, name) \
  const ::edgevlm::ProfileZone EDGEVLM_ZONE_NAME(__LINE__)((profiler), (name))
