// Model: everything that an engine loads.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cores.h"
#include "decode/exit_plan.h"
#include "decode/thread_groups.h"
#include "edgevlm/edgevlm.h"
#include "engine/image_cache.h"
#include "engine/pressure_monitor.h"
#include "engine/prompt_cache.h"
#include "engine/prompt_style.h"
#include "engine/token_pruner.h"
#include "model/families.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// Immutable after Load, but for pools and caches, which several threads may use.
struct Model {
  ModelInfo info;
  std::unique_ptr<const Decoder> decoder;
  std::unique_ptr<const VisionEncoder> vision_encoder;  // null, as the projector: reads no images
  std::unique_ptr<const Projector> projector;
  Tokenizer tokenizer;
  std::unique_ptr<const PromptStyle> style;
  int image_max_tokens = 0;       // 0: no limit
  TokenPruner pruner;             // of the tokens of a square
  std::optional<ExitPlan> exits;  // of replies
  Precision precision = Precision::kAuto;
  CacheOptions cache = {};
  SpeculationOptions speculation = {};
  std::unique_ptr<const Decoder> draft_decoder = nullptr;  // null: none
  int draft_blocks = 0;                                    // of the decoder, that draft; 0: none
  std::optional<Pinning> pinning;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<ThreadPool> decode_pool;  // null: the same as pool
  std::unique_ptr<ThreadPool> cool_pool;    // for single tokens when hot; null: the same as those
  std::unique_ptr<PriorityGate> gate;       // of vision encoder and decoder
  std::unique_ptr<PressureMonitor> pressure_monitor;
  std::string identity = {};
  std::unique_ptr<ImageCache> images = nullptr;    // null: none are kept
  std::unique_ptr<PromptCache> prompts = nullptr;  // null: none are kept

  const ExitPlan* exits_or_null() const { return exits ? &*exits : nullptr; }

  // Whose threads are the fastest for single tokens, or, when the machine is hot, warm it least.
  ThreadPool& FewRowsPool() const {
    if (cool_pool != nullptr && pressure_monitor->IsHot()) return *cool_pool;
    return decode_pool == nullptr ? *pool : *decode_pool;
  }

  // What a forward pass of this model is given, and the passes of its decoder. profiler: null for
  // none.
  Run RunWith(Profiler* profiler) const { return RunOn(*pool, profiler); }
  Run VisionEncoderRun(Profiler* profiler) const {
    Run run = RunWith(profiler);
    run.gate = gate.get();
    return run;
  }
  ThreadGroups DecoderThreadGroups(Profiler* profiler) const {
    return {RunWith(profiler), RunOn(FewRowsPool(), profiler)};
  }

 private:
  Run RunOn(ThreadPool& threads, Profiler* profiler) const {
    return {.pool = threads, .profiler = profiler, .fast = precision != Precision::kFloat32};
  }
};

// A GGUF file in memory, or all parts of one, and who wants to know which of its tensors have been
// copied.
struct ModelFile {
  std::vector<std::span<const std::byte>> parts = {};
  GgufFile::OnDone on_done = {};
};

struct ModelFiles {
  ModelFile model;
  ModelFile mmproj =
      {};  // of vision encoder and projector; no parts: they are in the model's own, or nowhere
  bool mmproj_is_guess = false;  // then one made for another decoder is left aside
};

// Errors: as for Engine::Load.
Result<Model> LoadModel(const ModelFiles& files, const EngineOptions& options);

struct Engine::State {
  Model model;
};

// What an engine has loaded, for the rest of this program. Lives as long as the engine.
const Model& ModelOf(const Engine& engine);

}  // namespace edgevlm
