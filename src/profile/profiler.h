// Profiler: records the time, the work and the memory of each named zone of a run.
//
// Code marks zones with PROFILE_ZONE(profiler, name) or PROFILE_ZONE(profiler, name, work); zones
// may be nested. Names are created once, at load, and only referenced: the path of a module, such
// as "vision_tower.layers.3.mlp.fc1". With a null profiler a zone costs one comparison.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "profile/memory_counter.h"
#include "profile/work.h"

namespace edgevlm {

// Threads: one at a time, except for LoopObserver's methods; zones are marked on the thread that
// drives the work, not in its pool.
// Memory: 136 bytes for each distinct zone (name and enclosing zone), 24 for each event of the
// timeline and each sample of a counter, of which only the last `max_events` are kept.
class Profiler final : public LoopObserver {
 public:
  static constexpr std::size_t kMaxEvents = 1 << 17;
  using Clock = std::chrono::steady_clock;

  // All calls of one name inside one enclosing zone.
  struct Zone {
    std::string_view name;
    int parent = -1;  // index; -1: none
    std::vector<int> inner = {};
    std::size_t next = 0;  // of inner: the one that likely comes next
    std::int64_t calls = 0;
    std::int64_t ns = 0;  // inner zones included
    std::array<double, kArithmetics> flop = {};
    double bytes = 0;
    double allocated = 0;
    double peak = 0;
  };

  struct Event {
    int zone = -1;
    std::int64_t begin_ns = 0;  // since the profiler was made
    std::int64_t end_ns = 0;
  };

  // The last of many values, in a ring: the oldest is at `dropped` modulo the size.
  template <class Value>
  struct Last {
    std::size_t max = kMaxEvents;
    std::vector<Value> values = {};
    std::int64_t dropped = 0;

    void Add(const Value& value) {
      if (values.size() < max) return values.push_back(value);
      values[static_cast<std::size_t>(dropped++) % max] = value;
    }
    // From the oldest to the newest.
    template <class Use>
    void ForEach(const Use& use) const {
      for (std::size_t i = 0; i < values.size(); ++i) {
        use(values[(static_cast<std::size_t>(dropped) + i) % values.size()]);
      }
    }
  };
  using Track = Last<Event>;  // of a thread, in the order in which they ended

  enum class Counter { kActivations, kCache, kTokensPerSecond, kResident, kTemperature };
  struct Sample {
    Counter counter = {};
    std::int64_t ns = 0;
    double value = 0;
  };

  // threads: of the pool that it may observe. max_events: of each thread; likewise samples.
  // start: the time that counts as 0, so that the timelines of several profilers fit together.
  explicit Profiler(int threads = 1, std::size_t max_events = kMaxEvents,
                    Clock::time_point start = Clock::now());

  // Records a value of a counter at this time.
  void Count(Counter counter, double value);

  // LoopObserver: a chunk on a thread of the pool, which belongs to the zone that is open.
  void RanChunk(int thread, Clock::time_point begin, Clock::time_point end) override;

  MemoryCounter& memory() { return memory_; }
  const std::vector<Zone>& zones() const { return zones_; }
  const std::vector<Track>& tracks() const { return tracks_; }  // the driving thread's first
  const Last<Sample>& samples() const { return samples_; }
  std::int64_t calls() const { return calls_; }  // of all zones

 private:
  friend class ProfileZone;

  std::int64_t Since(Clock::time_point time) const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time - start_).count();
  }
  int InnerZone(int parent, std::string_view name);

  Clock::time_point start_;
  MemoryCounter memory_;
  std::vector<Zone> zones_;
  std::vector<int> outermost_;
  std::size_t next_outermost_ = 0;
  std::atomic<int> open_ = -1;  // the innermost open zone; written by the driving thread
  std::vector<Track> tracks_;
  Last<Sample> samples_;
  std::int64_t calls_ = 0;
};

// Records the time from its construction to its end of scope. Use through PROFILE_ZONE.
class ProfileZone {
 public:
  // profiler: may be null, then nothing happens. name: must live as long as the profiler.
  ProfileZone(Profiler* profiler, std::string_view name) : profiler_(profiler) {
    if (profiler_ != nullptr) Start(name);
  }
  // work: a function that returns it, called only with a profiler.
  template <class WorkFunction>
  ProfileZone(Profiler* profiler, std::string_view name, const WorkFunction& work)
      : ProfileZone(profiler, name) {
    if (profiler_ != nullptr) Add(work());
  }
  ~ProfileZone() {
    if (profiler_ != nullptr) End();
  }
  ProfileZone(const ProfileZone&) = delete;
  ProfileZone& operator=(const ProfileZone&) = delete;

 private:
  void Start(std::string_view name);
  void Add(const Work& work);
  void End();

  Profiler* profiler_;
  int zone_ = -1;
  double allocated_before_ = 0;
  double peak_outside_ = 0;  // of the enclosing zone, so far
  Profiler::Clock::time_point begin_;
};

}  // namespace edgevlm

#define EDGEVLM_ZONE_JOIN(a, b) a##b
#define EDGEVLM_ZONE_NAME(line) EDGEVLM_ZONE_JOIN(profile_zone_, line)
// From here to the end of the scope: zone `name` (a std::string or literal that outlives profiler).
// A third argument, an expression of type Work, is evaluated only with a profiler.
#define PROFILE_ZONE(profiler, name, ...)                   \
  const ::edgevlm::ProfileZone EDGEVLM_ZONE_NAME(__LINE__)( \
      (profiler), (name)__VA_OPT__(, [&] { return __VA_ARGS__; }))
