#include "profile/profiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <string>

#include "base/thread_pool.h"
#include "profile/make_profile.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

TEST(Profiler, NullDoesNothingAndEvaluatesNothing) {
  Profiler* none = nullptr;
  bool evaluated = false;
  const auto work = [&] {
    evaluated = true;
    return Work{};
  };
  PROFILE_ZONE(none, "a");
  PROFILE_ZONE(none, "b", work());
  EXPECT_FALSE(evaluated);
}

// A pass of two layers, as forward passes mark it.
void RunPass(Profiler& profiler) {
  static const std::string kNames[] = {"model.layers.0.fc", "model.layers.1.fc"};
  PROFILE_ZONE(&profiler, "model");
  for (const std::string& name : kNames) {
    PROFILE_ZONE(&profiler, name, Work{.flop = 10, .bytes = 4, .arithmetic = Arithmetic::kInt8});
    PROFILE_ZONE(&profiler, "quantize");
    profiler.memory().Add(100);
    profiler.memory().Release(100);
  }
}

TEST(Profiler, AddsUpTheCallsOfAZone) {
  Profiler profiler;
  for (int pass = 0; pass < 3; ++pass) RunPass(profiler);
  ASSERT_EQ(profiler.zones().size(), 5u);
  EXPECT_EQ(profiler.calls(), 15);
  const Profiler::Zone& outer = profiler.zones()[0];
  EXPECT_EQ(outer.name, "model");
  EXPECT_EQ(outer.calls, 3);
  EXPECT_EQ(outer.inner.size(), 2u);
  EXPECT_EQ(outer.allocated, 600);
  EXPECT_EQ(outer.peak, 100);
  const Profiler::Zone& product = profiler.zones()[1];
  EXPECT_EQ(product.calls, 3);
  EXPECT_EQ(product.flop[static_cast<std::size_t>(Arithmetic::kInt8)], 30);
  EXPECT_EQ(product.bytes, 12);
  EXPECT_LE(product.ns, outer.ns);
  EXPECT_EQ(profiler.tracks().front().values.size(), 15u);
}

// A server is profiled for months.
TEST(Profiler, KeepsTheLastEvents) {
  Profiler profiler;
  const std::size_t calls = Profiler::kMaxEvents + 3;
  for (std::size_t i = 0; i < calls; ++i) PROFILE_ZONE(&profiler, i < calls - 1 ? "a" : "b");
  const Profile profile = MakeProfile(profiler);
  EXPECT_EQ(profile.modules[0].calls, static_cast<std::int64_t>(calls - 1));
  EXPECT_EQ(profile.timeline.events.size(), Profiler::kMaxEvents);
  EXPECT_EQ(profile.timeline.dropped, 3);
  EXPECT_EQ(profile.timeline.names[static_cast<std::size_t>(profile.timeline.events.back().name)],
            "b");
  EXPECT_TRUE(
      std::ranges::is_sorted(profile.timeline.events, {}, &ProfileTimeline::Event::begin_us));
}

// Each zone has the peak of its own time, not that of what came before.
TEST(Profiler, PeaksAreThoseOfTheZone) {
  Profiler profiler;
  {
    PROFILE_ZONE(&profiler, "large");
    profiler.memory().Add(1000);
    profiler.memory().Release(900);
  }
  {
    PROFILE_ZONE(&profiler, "small");
    profiler.memory().Add(50);
  }
  EXPECT_EQ(profiler.zones()[0].peak, 1000);
  EXPECT_EQ(profiler.zones()[1].peak, 150);
  EXPECT_EQ(profiler.zones()[1].allocated, 50);
}

TEST(Profiler, ChunksOfThePoolBelongToTheOpenZone) {
  ThreadPool pool(2);
  Profiler profiler(2);
  ASSERT_TRUE(pool.Observe(profiler));
  Profiler other(2);
  EXPECT_FALSE(pool.Observe(other)) << "it has one";
  // Each thread gets a chunk, because both chunks wait for each other.
  std::barrier both(2);
  {
    PROFILE_ZONE(&profiler, "loop");
    pool.ParallelFor(2, 1, [&](int, int, int) { both.arrive_and_wait(); });
  }
  pool.StopObserving();
  ASSERT_EQ(profiler.tracks()[1].values.size(), 1u);
  for (const Profiler::Event& event : profiler.tracks()[1].values) {
    EXPECT_EQ(event.zone, 0);
    EXPECT_LE(event.begin_ns, event.end_ns);
  }
  EXPECT_TRUE(other.tracks()[1].values.empty());
}

std::string Names(const std::vector<ModuleProfile>& modules) {
  std::string names;
  for (const ModuleProfile& module : modules) {
    names += names.empty() ? module.name : " " + module.name;
    if (!module.modules.empty()) names += "(" + Names(module.modules) + ")";
  }
  return names;
}

TEST(MakeProfile, ModulesAreATreeByNameAndByNesting) {
  Profiler profiler;
  {
    PROFILE_ZONE(&profiler, "prefill");
    RunPass(profiler);
  }
  { PROFILE_ZONE(&profiler, "image.decode"); }
  const Profile profile = MakeProfile(profiler);
  EXPECT_EQ(Names(profile.modules),
            "prefill(model(layers(0(fc(quantize)) 1(fc(quantize))))) image(decode)");
  const ModuleProfile& layers = profile.modules[0].modules[0].modules[0];
  EXPECT_EQ(layers.calls, 1) << "a group counts as its busiest part";
  EXPECT_EQ(layers.self_ms, 0);
  EXPECT_EQ(layers.allocated_bytes, 200);
}

// A norm that is computed inside a product, when its values are first needed, is its own module.
TEST(MakeProfile, AZoneInsideAnotherModulesZoneHasItsOwnPlace) {
  Profiler profiler;
  {
    PROFILE_ZONE(&profiler, "model");
    PROFILE_ZONE(&profiler, "model.layers.0.attn.q");
    PROFILE_ZONE(&profiler, "model.layers.0.norm");
  }
  EXPECT_EQ(Names(MakeProfile(profiler).modules), "model(layers(0(attn(q) norm)))");
}

TEST(MakeProfile, NoTimeCountsTwice) {
  Profiler profiler;
  for (int pass = 0; pass < 5; ++pass) RunPass(profiler);
  const Profile profile = MakeProfile(profiler);
  ASSERT_EQ(profile.modules.size(), 1u);
  const double outer_ms = static_cast<double>(profiler.zones()[0].ns) / 1e6;
  // A handful of additions of doubles, each rounded to 2^-53 of the sum.
  EXPECT_NEAR(profile.modules[0].total_ms, outer_ms, 1e-14 * 16 * outer_ms + 1e-15);
}

TEST(MakeProfile, TimelineHasEveryEventAndNestsOnEachThread) {
  Profiler profiler;
  RunPass(profiler);
  const ProfileTimeline timeline = MakeProfile(profiler).timeline;
  EXPECT_THAT(timeline.threads, ElementsAre("main"));
  ASSERT_EQ(timeline.events.size(), 5u);
  EXPECT_EQ(timeline.dropped, 0);
  const auto& outer = timeline.events.back();
  EXPECT_EQ(timeline.names[static_cast<std::size_t>(outer.name)], "model");
  for (const auto& event : timeline.events) {
    EXPECT_GE(event.begin_us, outer.begin_us);
    EXPECT_LE(event.begin_us + event.duration_us, outer.begin_us + outer.duration_us + 1e-6);
  }
}

TEST(MakeProfile, CountersAreSortedByKind) {
  Profiler profiler;
  profiler.Count(Profiler::Counter::kCache, 10);
  profiler.Count(Profiler::Counter::kActivations, 20);
  profiler.Count(Profiler::Counter::kCache, 30);
  const Profile profile = MakeProfile(profiler);
  ASSERT_EQ(profile.counters.size(), 2u);
  EXPECT_EQ(profile.counters[0].name, "activations");
  EXPECT_EQ(profile.counters[1].name, "cache");
  EXPECT_EQ(profile.counters[1].samples.size(), 2u);
  EXPECT_EQ(profile.counters[1].samples[1].value, 30);
}

TEST(MakeProfile, ReadsWhileAZoneIsOpen) {
  Profiler profiler;
  PROFILE_ZONE(&profiler, "model");
  { PROFILE_ZONE(&profiler, "model.layer"); }
  const Profile profile = MakeProfile(profiler);
  ASSERT_EQ(profile.modules.size(), 1u);
  EXPECT_EQ(profile.modules[0].self_ms, 0) << "not below";
  EXPECT_EQ(profile.modules[0].total_ms, profile.modules[0].modules[0].total_ms);
}

TEST(Profiler, KeepsFewerEventsIfToldTo) {
  Profiler profiler(1, 10);
  for (int i = 0; i < 25; ++i) PROFILE_ZONE(&profiler, "zone");
  const Profile profile = MakeProfile(profiler);
  EXPECT_EQ(profile.timeline.events.size(), 10u);
  EXPECT_EQ(profile.timeline.dropped, 15);
  EXPECT_EQ(profile.modules[0].calls, 25);
}

TEST(MakeProfile, NothingMarkedGivesNoModules) {
  const Profile profile = MakeProfile(Profiler());
  EXPECT_TRUE(profile.modules.empty());
  EXPECT_TRUE(profile.timeline.events.empty());
  EXPECT_GT(profile.cost.ns_per_zone, 0);
}

}  // namespace
}  // namespace edgevlm
