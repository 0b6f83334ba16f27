#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "edgevlm/profiler.h"
#include "profile/add_profile.h"
#include "profile/testing/small_profile.h"

namespace edgevlm {
namespace {

using nlohmann::json;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(RooflineShare, IsTheTimeThatTheLimitsAllow) {
  const Profile profile = SmallProfile();
  // 1 ms of 1e9 operations where 2e12 a second are possible: half a microsecond a million.
  const RooflineShare share =
      RooflineShareOf(profile.modules[0].modules[0].modules[0], profile.machine.limits);
  EXPECT_DOUBLE_EQ(share.share, 0.5);
  EXPECT_TRUE(share.is_compute_bound);
  EXPECT_EQ(share.arithmetic, Arithmetic::kInt8);
  ModuleProfile reader{.name = "r", .total_ms = 2, .bytes = 40e6};
  EXPECT_DOUBLE_EQ(RooflineShareOf(reader, profile.machine.limits).share, 0.5);
  EXPECT_FALSE(RooflineShareOf(reader, profile.machine.limits).is_compute_bound);
  EXPECT_EQ(RooflineShareOf(reader, {}).share, 0) << "unknown limits";
  EXPECT_EQ(RooflineShareOf({}, profile.machine.limits).share, 0) << "no time";
}

TEST(FoldLayers, AddsUpWhatTheLayersHave) {
  const Profile profile = SmallProfile();
  const auto folded = FoldLayers(profile.modules);
  const ModuleProfile& layers = folded[0].modules[0];
  EXPECT_EQ(layers.name, "layers (2)");
  EXPECT_EQ(layers.calls, 2);
  EXPECT_EQ(layers.total_ms, 4);
  ASSERT_EQ(layers.modules.size(), 1u);
  EXPECT_EQ(layers.modules[0].name, "fc");
  EXPECT_EQ(layers.modules[0].calls, 2);
  EXPECT_EQ(layers.modules[0].total_ms, 4);
  EXPECT_EQ(layers.modules[0].samples_ms, std::vector<double>{4});
}

TEST(Verdict, NamesTheSlowestPartAndWhy) {
  const ProfileVerdict verdict = VerdictOf(SmallProfile());
  EXPECT_EQ(verdict.total_ms, 7);
  ASSERT_EQ(verdict.parts.size(), 3u);
  EXPECT_EQ(verdict.parts[0].name, "vision encoder");
  EXPECT_TRUE(verdict.parts[0].is_bottleneck);
  EXPECT_EQ(verdict.parts[0].reason, "compute-bound, at 50 % of the int8 limit");
  EXPECT_DOUBLE_EQ(verdict.parts[0].share, 4.0 / 7);
  EXPECT_EQ(verdict.parts[2].name, "other");
  EXPECT_DOUBLE_EQ(verdict.parts[2].ms, 1);
}

TEST(ProfileTable, HasVerdictTreeAndCost) {
  const std::string table = ProfileTable(SmallProfile());
  EXPECT_THAT(table, HasSubstr("total 7.0 ms\n"));
  EXPECT_THAT(table, HasSubstr("<- bottleneck: compute-bound, at 50 % of the int8 limit"));
  EXPECT_THAT(table, HasSubstr("\n  layers (2) "));
  EXPECT_THAT(table, HasSubstr("(outside of modules)"));
  EXPECT_THAT(table, HasSubstr("6 zones at 50 ns each"));
  const std::string unfolded = ProfileTable(SmallProfile(), {.unfolds_layers = true});
  EXPECT_THAT(unfolded, ContainsRegex("\n    1 +1 "));
  EXPECT_EQ(ProfileTable({}), "");
}

TEST(MergeRuns, TakesMediansAndKeepsSamples) {
  const Profile runs[] = {SmallProfile(1), SmallProfile(5), SmallProfile(2)};
  const Profile merged = MergeRuns(runs);
  EXPECT_EQ(merged.runs.size(), 3u);
  EXPECT_EQ(merged.modules[0].total_ms, 8);
  EXPECT_EQ(merged.modules[0].samples_ms, (std::vector<double>{4, 20, 8}));
  EXPECT_EQ(merged.modules[0].modules[0].modules[1].modules[0].self_ms, 6);
  EXPECT_EQ(VerdictOf(merged).total_ms, 14);
}

TEST(AddProfile, AddsUpModulesAndPutsTimelinesSideBySide) {
  Profile sum = SmallProfile();
  Profile more = SmallProfile(2);
  more.modules.push_back({.name = "sampling", .calls = 1, .total_ms = 3});
  more.timeline.names = {"sampling", "decode"};
  AddProfile(more, sum);
  ASSERT_EQ(sum.modules.size(), 3u);
  EXPECT_EQ(sum.modules[0].total_ms, 12);
  EXPECT_EQ(sum.modules[0].modules[0].modules[1].modules[0].calls, 2);
  EXPECT_EQ(sum.timeline.threads.size(), 4u);
  ASSERT_EQ(sum.timeline.events.size(), 6u);
  EXPECT_EQ(sum.timeline.names[static_cast<std::size_t>(sum.timeline.events[3].name)], "sampling");
  EXPECT_EQ(sum.timeline.names[static_cast<std::size_t>(sum.timeline.events[5].name)], "decode");
  EXPECT_EQ(sum.timeline.events[4].thread, 3);
  ASSERT_EQ(sum.counters.size(), 1u);
  EXPECT_EQ(sum.counters[0].samples.size(), 4u);
  EXPECT_EQ(sum.cost.zones, 12);
  EXPECT_EQ(sum.runs.size(), 1u);
  // Of sums, the total is that of the modules: latencies are of single requests.
  sum.summed_requests = 2;
  EXPECT_EQ(VerdictOf(sum).total_ms, 12 + 6 + 3);
}

TEST(MergeRuns, KeepsModulesThatOnlySomeRunsHave) {
  Profile with = SmallProfile();
  with.modules.push_back({.name = "draft", .calls = 1, .total_ms = 1, .samples_ms = {1}});
  const Profile runs[] = {with, SmallProfile()};
  const Profile merged = MergeRuns(runs);
  EXPECT_EQ(merged.modules.back().name, "draft");
  EXPECT_EQ(merged.modules.back().total_ms, 1);
}

TEST(ProfileCsv, HasARowForEveryModule) {
  const std::string csv = ProfileCsv(SmallProfile());
  EXPECT_EQ(std::ranges::count(csv, '\n'), 1 + 8);
  EXPECT_THAT(csv, HasSubstr("\r\nvision_tower.layers.1.fc,1,3,3,3000000000,1000000,"));
  EXPECT_THAT(csv, HasSubstr("\r\nvision_tower,1,0,4,4000000000,2000000,0.5,compute,"));
}

TEST(ProfileStacks, CountsMicrosecondsOfOwnTime) {
  EXPECT_EQ(ProfileStacks(SmallProfile()),
            "vision_tower;layers;0;fc 1000\nvision_tower;layers;1;fc 3000\ndecode;lm_head 2000\n");
}

TEST(ProfileTrace, IsJsonWithNamesEventsAndCounters) {
  const json trace = json::parse(ProfileTrace(SmallProfile()), nullptr, false);
  ASSERT_TRUE(trace.is_object());
  int complete = 0, counters = 0, names = 0;
  for (const json& event : trace["traceEvents"]) {
    complete += event["ph"] == "X";
    counters += event["ph"] == "C";
    names += event["name"] == "thread_name";
  }
  EXPECT_EQ(complete, 3);
  EXPECT_EQ(counters, 2);
  EXPECT_EQ(names, 2);
}

TEST(ProfileHtml, IsOnePageWhoseTextsCannotBreakIt) {
  Profile profile = SmallProfile();
  profile.request.question = "/*SCRIPT*/ <script>alert(1)</script>";
  const std::string page = ProfileHtml(profile);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_THAT(page, HasSubstr("/*SCRIPT*/ \\u003cscript>alert(1)\\u003c/script>"));
  EXPECT_EQ(page.find("/*STYLE*/"), std::string::npos);
  EXPECT_EQ(page.find("/*PROFILE*/"), std::string::npos);
  EXPECT_THAT(page, HasSubstr("</html>"));
}

TEST(ReadProfile, ReadsWhatWasWritten) {
  const std::string text = ProfileJson(SmallProfile());
  const Result<Profile> read = ReadProfile(text);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(ProfileJson(*read), text);
}

TEST(ReadProfile, RefusesOtherVersionsAndOtherThings) {
  json profile = json::parse(ProfileJson(SmallProfile()));
  profile["version"] = 2;
  const Result<Profile> newer = ReadProfile(profile.dump());
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(newer.error().message, "profile: version: expected 1, found 2");
  for (const char* text : {"", "[]", "{}", "{\"format\":\"edgevlm profile\"}", "{\"format\":1}",
                           "{\"format\":\"x\",\"version\":1}"}) {
    const Result<Profile> read = ReadProfile(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().message.find('\n'), std::string::npos);
  }
}

// Every field, removed or of another type, is named or does not matter; nothing crashes.
TEST(ReadProfile, BrokenFieldsAreOneLine) {
  const json whole = json::parse(ProfileJson(SmallProfile()));
  const json flat = whole.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    for (const json& other : {json(), json("x"), json(-1), json(1e300), json::array()}) {
      json broken = whole;
      broken[json::json_pointer(pointer)] = other;
      const Result<Profile> read = ReadProfile(broken.dump());
      const std::string message = read.ok() ? "" : read.error().message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << pointer;
    }
  }
  const std::string text = whole.dump();
  for (std::size_t length = 0; length < text.size(); length += 7) {
    EXPECT_FALSE(ReadProfile(text.substr(0, length)).ok()) << length;
  }
}

Profile Runs(std::initializer_list<double> scales) {
  std::vector<Profile> runs;
  for (const double scale : scales) runs.push_back(SmallProfile(scale));
  return MergeRuns(runs);
}

TEST(CompareProfiles, TellsChangesFromNoise) {
  const Profile before = Runs({1.00, 1.01, 1.02, 1.03, 1.04});
  const Profile after = Runs({0.80, 0.81, 0.82, 0.83, 0.84});
  const auto changes = CompareProfiles(before, after);
  EXPECT_EQ(changes[0].path, "request");
  EXPECT_NEAR(changes[0].before_ms, 7.14, 1e-9);
  EXPECT_NEAR(changes[0].after_ms, 5.74, 1e-9);
  EXPECT_FALSE(changes[0].is_noise);
  EXPECT_LT(changes[0].high_ms, 0);
  EXPECT_EQ(changes[2].path, "vision_tower.layers (2)");
  for (const ModuleChange& change : CompareProfiles(before, before)) EXPECT_TRUE(change.is_noise);
  EXPECT_THAT(CompareTable(changes), HasSubstr("faster"));
}

// Of 3 and 3 runs, chance alone puts all of one before all of the other in 1 of 10 cases.
TEST(CompareProfiles, FewRunsTellNothing) {
  EXPECT_TRUE(CompareProfiles(Runs({1, 1.1, 1.2}), Runs({2, 2.1, 2.2}))[0].is_noise);
  EXPECT_FALSE(CompareProfiles(Runs({1, 1.1, 1.2, 1.3}), Runs({2, 2.1, 2.2, 2.3}))[0].is_noise);
}

TEST(CompareProfiles, ShowsModulesThatOneOfThemLacks) {
  Profile after = SmallProfile();
  after.modules.push_back({.name = "draft", .calls = 1, .total_ms = 1, .samples_ms = {1}});
  const auto changes = CompareProfiles(SmallProfile(), after);
  EXPECT_EQ(changes.back().path, "draft");
  EXPECT_EQ(changes.back().before_ms, 0);
  EXPECT_EQ(changes.back().after_ms, 1);
  EXPECT_EQ(CompareProfiles(after, SmallProfile()).back().after_ms, 0);
}

}  // namespace
}  // namespace edgevlm
