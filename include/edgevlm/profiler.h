// Profile: where the time, the work and the memory of requests went, by module.
//
//   edgevlm::Session session(engine, {.profile = true});
//   ... session.SetImage(...), session.Caption({})
//   edgevlm::Profile profile = session.TakeProfile();
//   profile.machine.limits = engine.MeasureLimits();
//   std::puts(edgevlm::ProfileTable(profile).c_str());
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edgevlm/result.h"

namespace edgevlm {

// In what products are computed.
enum class Arithmetic { kFloat32, kBfloat16, kInt8 };
inline constexpr int kArithmetics = 3;
std::string_view ArithmeticName(Arithmetic arithmetic);  // "float32", "bfloat16", "int8"

// A module as PyTorch names it, with the modules inside it. Times and counts are per run.
struct ModuleProfile {
  std::string name;        // the last part of its path: "q_proj"
  std::int64_t calls = 0;  // of a module that is only a group: as often as its busiest part
  double self_ms = 0;      // without the modules inside it
  double total_ms = 0;     // with them
  // total_ms of each run, of which total_ms is the median. self_ms is a median of its own, so that
  // it need not be total_ms less those of the modules inside.
  std::vector<double> samples_ms = {};
  // Its own work, without the modules inside it.
  std::array<double, kArithmetics> flop = {};  // a multiplication and an addition are two
  double bytes = 0;                            // read and written: weights, inputs, outputs
  // Of activations, the modules inside included.
  double allocated_bytes = 0;               // sum of all allocations
  double peak_bytes = 0;                    // the most in use at once, by whomever
  std::vector<ModuleProfile> modules = {};  // in the order of their first calls
};

// The most that this machine can do with the engine's threads; 0: unknown.
struct MachineLimits {
  std::array<double, kArithmetics> gflops = {};  // 10^9 operations a second
  double gbytes = 0;  // 10^9 bytes a second, read from where the model's weights lie

  bool known() const { return gbytes > 0; }
};

// How close a module comes to what the machine's limits allow (Williams et al. 2009).
struct RooflineShare {
  double share = 0;               // of the time that the limits allow in the time taken; 0: unknown
  bool is_compute_bound = false;  // else the memory sets the limit
  Arithmetic arithmetic = Arithmetic::kFloat32;  // of most of its operations
};

// Durations of one request, named as in vLLM and lmms-eval. In milliseconds.
struct RunTimings {
  double e2e = 0;   // the whole request
  double ttft = 0;  // until the first token
  double tpot = 0;  // per token after the first; 0 if there is none
  double image_decode = 0;
  double preprocess = 0;
  double encoder_forward = 0;  // vision encoder and projector
  double prefill = 0;
  double decode = 0;
};

// When each zone was open.
struct ProfileTimeline {
  struct Event {
    std::int32_t name = 0;    // index
    std::int32_t thread = 0;  // index
    double begin_us = 0;
    double duration_us = 0;
  };
  std::vector<std::string> names = {};
  std::vector<std::string> threads = {};  // the caller's first, then those of the pool
  std::vector<Event> events = {};         // of one thread nest
  std::int64_t dropped = 0;               // events that did not fit
};

// A quantity over time.
struct ProfileCounter {
  struct Sample {
    double us = 0;
    double value = 0;
  };
  std::string name = {};
  std::string unit = {};
  std::vector<Sample> samples = {};
};

// What profiling itself cost, in a run.
struct ProfileCost {
  std::int64_t zones = 0;
  double ns_per_zone = 0;  // measured with the profile
};

struct Profile {
  struct Machine {
    std::string cpu = {};
    int threads = 0;
    std::string instruction_set = {};
    MachineLimits limits = {};
  };
  struct Model {
    std::string name = {};
    std::string architecture = {};
    std::string vision_encoder = {};
    std::string projector = {};
    std::int64_t parameters = 0;
    std::int64_t file_bytes = 0;
  };
  struct Request {
    std::vector<std::string> images = {};  // names
    std::string question = {};
    std::string reply = {};
    int image_tokens = 0;
    int prompt_tokens = 0;
    int reply_tokens = 0;
  };

  Machine machine = {};
  Model model = {};
  Request request = {};
  std::vector<RunTimings> runs = {};
  // Of a server: everything but the runs, which are the last ones, is the sum over this many
  // requests. Unset: of one request.
  std::optional<std::int64_t> summed_requests = {};
  std::vector<ModuleProfile> modules = {};
  ProfileTimeline timeline = {};              // of the last run
  std::vector<ProfileCounter> counters = {};  // of the last run
  ProfileCost cost = {};
};

// The same request, profiled several times, as one profile: medians, with all samples. Timeline and
// counters are the last one's. REQUIRES: at least one.
Profile MergeRuns(std::span<const Profile> runs);

// The verdict: total latency, its parts, and which of them is the bottleneck.
struct ProfileVerdict {
  struct Part {
    // "image file", "vision encoder", "projector", "prefill", "decode", "other"
    std::string name = {};
    double ms = 0;
    double share = 0;  // of the total
    bool is_bottleneck = false;
    std::string reason = {};  // of the bottleneck: "compute-bound, at 57 % of the int8 limit"
  };
  double total_ms = 0;
  std::vector<Part> parts = {};
};
ProfileVerdict VerdictOf(const Profile& profile);

RooflineShare RooflineShareOf(const ModuleProfile& module, const MachineLimits& limits);

// The modules with the layers of each part as one module, "layers (24)". Calls and times are sums.
std::vector<ModuleProfile> FoldLayers(std::span<const ModuleProfile> modules);

struct ProfileTableOptions {
  bool unfolds_layers = false;
  int depth = 6;  // of the tree
};
// Verdict and table for people; names, columns and units as in docs/profile.md.
std::string ProfileTable(const Profile& profile, const ProfileTableOptions& options = {});
// One line per module, unfolded, in CSV (RFC 4180).
std::string ProfileCsv(const Profile& profile);
// The whole profile; docs/profile.md describes it.
std::string ProfileJson(const Profile& profile);
// Chrome's trace event format, for Perfetto: a track per thread, and the counters.
std::string ProfileTrace(const Profile& profile);
// Collapsed stacks for flame graphs: "vision_tower;layers;0;mlp;fc1 1234", in microseconds.
std::string ProfileStacks(const Profile& profile);
// One page for browsers that needs nothing else.
std::string ProfileHtml(const Profile& profile);

// Reads what ProfileJson wrote. Errors: kCorrupt (no JSON, a field that is missing or of the wrong
// type), kUnsupported (another version).
Result<Profile> ReadProfile(std::string_view json);

// Which modules became faster or slower from one profile to another.
struct ModuleChange {
  std::string path;  // layers folded
  double before_ms = 0;
  double after_ms = 0;
  // 95 % interval of after - before, from all pairs of runs (Hodges and Lehmann 1963); as wide as
  // all differences where there are too few runs for it.
  double low_ms = 0;
  double high_ms = 0;
  bool is_noise = false;  // the interval contains 0, or there are too few runs for any (4 and 4 do)
};
// The whole request first, then modules in the order of `before`, then new ones.
std::vector<ModuleChange> CompareProfiles(const Profile& before, const Profile& after);
std::string CompareTable(std::span<const ModuleChange> changes);

}  // namespace edgevlm
