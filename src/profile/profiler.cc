#include "profile/profiler.h"

#include <algorithm>

namespace edgevlm {

Profiler::Profiler(int threads, std::size_t max_events, Clock::time_point start)
    : start_(start),
      tracks_(static_cast<std::size_t>(std::max(threads, 1)), Track{.max = max_events}),
      samples_{.max = max_events} {}

void Profiler::Count(Counter counter, double value) {
  samples_.Add({counter, Since(Clock::now()), value});
}

void Profiler::RanChunk(int thread, Clock::time_point begin, Clock::time_point end) {
  const auto index = static_cast<std::size_t>(thread);
  if (thread == 0 || index >= tracks_.size()) return;  // the driving thread has its zones
  tracks_[index].Add({open_.load(std::memory_order_relaxed), Since(begin), Since(end)});
}

// Forward passes mark the same zones in the same order, so that the first guess is mostly right.
int Profiler::InnerZone(int parent, std::string_view name) {
  const auto of = [this](int zone) -> Zone& { return zones_[static_cast<std::size_t>(zone)]; };
  const std::vector<int>& inner = parent < 0 ? outermost_ : of(parent).inner;
  std::size_t& next = parent < 0 ? next_outermost_ : of(parent).next;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const std::size_t guess = (next + i) % inner.size();
    if (of(inner[guess]).name != name) continue;
    next = guess + 1;
    return inner[guess];
  }
  const auto zone = static_cast<int>(zones_.size());
  zones_.push_back({.name = name, .parent = parent});
  std::vector<int>& siblings = parent < 0 ? outermost_ : of(parent).inner;
  siblings.push_back(zone);
  return zone;
}

void ProfileZone::Start(std::string_view name) {
  Profiler& profiler = *profiler_;
  zone_ = profiler.InnerZone(profiler.open_.load(std::memory_order_relaxed), name);
  profiler.open_.store(zone_, std::memory_order_relaxed);
  allocated_before_ = profiler.memory_.allocated;
  peak_outside_ = std::exchange(profiler.memory_.peak, profiler.memory_.in_use);
  begin_ = Profiler::Clock::now();
}

void ProfileZone::Add(const Work& work) {
  Profiler::Zone& zone = profiler_->zones_[static_cast<std::size_t>(zone_)];
  zone.flop[static_cast<std::size_t>(work.arithmetic)] += work.flop;
  zone.bytes += work.bytes;
}

void ProfileZone::End() {
  const Profiler::Clock::time_point end = Profiler::Clock::now();
  Profiler& profiler = *profiler_;
  Profiler::Zone& zone = profiler.zones_[static_cast<std::size_t>(zone_)];
  profiler.open_.store(zone.parent, std::memory_order_relaxed);
  const std::int64_t begin_ns = profiler.Since(begin_), end_ns = profiler.Since(end);
  ++zone.calls;
  ++profiler.calls_;
  zone.ns += end_ns - begin_ns;
  zone.allocated += profiler.memory_.allocated - allocated_before_;
  zone.peak = std::max(zone.peak, profiler.memory_.peak);
  profiler.memory_.peak = std::max(peak_outside_, profiler.memory_.peak);
  profiler.tracks_.front().Add({zone_, begin_ns, end_ns});
}

}  // namespace edgevlm
