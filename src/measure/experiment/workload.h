// Workload: what an experiment does for one sample, and what it measures. Adding one means one new
// file and one line in the table of workload.cc.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "measure/experiment/item.h"
#include "measure/experiment/setup.h"

namespace edgevlm {

// Names end with their units: "prefill_ms", "encoder_share" (of 1), "image_tokens".
using Metrics = std::vector<std::pair<std::string, double>>;

struct Outcome {
  Metrics metrics;
  std::string reply = {};
  bool has_reply = false;  // else nothing can be scored
};

// Loads a model. Errors: those of Engine::Load.
using LoadModel = std::function<Result<Engine>(const ModelChoice&)>;

class Workload {
 public:
  virtual ~Workload() = default;

  // Takes one sample. REQUIRES: the engine was loaded as the setup says. Errors: kUnsupported if
  // the model cannot do it at all; others concern the item.
  virtual Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item& item) = 0;
};

struct WorkloadKind {
  std::string_view name;
  bool reads_items;
  std::string_view help;
  std::unique_ptr<Workload> (*make)(const LoadModel& load);
};

std::span<const WorkloadKind> Workloads();
// Errors: kInvalid, lists the names.
MaybeError CheckWorkload(std::string_view name);
// REQUIRES: CheckWorkload succeeds.
const WorkloadKind& FindWorkload(std::string_view name);

// One reply about the item, profiled: how its time is divided.
std::unique_ptr<Workload> MakeAskWorkload(const LoadModel& load);
// A prompt of prompt_tokens tokens, from an empty cache.
std::unique_ptr<Workload> MakePrefillWorkload(const LoadModel& load);
// Two questions about an image: what the second one costs, by what it finds computed.
std::unique_ptr<Workload> MakeSecondQuestionWorkload(const LoadModel& load);
// Requests side by side.
std::unique_ptr<Workload> MakeThroughputWorkload(const LoadModel& load);
// The distributions of the next token against those of float32 with a full cache.
std::unique_ptr<Workload> MakeFidelityWorkload(const LoadModel& load);
// A fact hidden in a long text, and asked for.
std::unique_ptr<Workload> MakeNeedleWorkload(const LoadModel& load);
// Encoding of sound, in a window of 30 s and alone.
std::unique_ptr<Workload> MakeSoundWorkload(const LoadModel& load);
// Encoding of padding, and encoding again what was encoded before.
std::unique_ptr<Workload> MakeWasteWorkload(const LoadModel& load);

}  // namespace edgevlm
