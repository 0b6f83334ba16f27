// Model: everything that an engine loads.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "base/cores.h"
#include "edgevlm/edgevlm.h"
#include "engine/governor.h"
#include "engine/prompt_style.h"
#include "model/families.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// Immutable after Load, but for the pools, which several threads may use.
struct Model {
  ModelInfo info;
  std::unique_ptr<const Decoder> decoder;
  std::unique_ptr<const VisionEncoder> eye;  // null, as the projector: reads no pictures
  std::unique_ptr<const Projector> projector;
  Tokenizer tokenizer;
  std::unique_ptr<const PromptStyle> style;
  int image_max_tokens = 0;  // 0: no limit
  Precision precision = Precision::kAuto;
  CacheOptions cache = {};
  std::optional<Pinning> pinning;
  std::unique_ptr<ThreadPool> pool;
  std::unique_ptr<ThreadPool> decode_pool;  // null: the same as pool
  std::unique_ptr<ThreadPool> cool_pool;    // for single tokens when hot; null: the same as those
  std::unique_ptr<Governor> governor;

  // Whose threads are the fastest for a pass of the decoder over so many rows, or, when the machine
  // is hot, whose warm it least.
  ThreadPool& PoolFor(int rows) const;

  // What a forward pass of this model is given, and one of its decoder over `rows` rows. profiler:
  // null for none.
  Run RunWith(Profiler* profiler) const { return RunOn(*pool, profiler); }
  Run DecoderRun(int rows, Profiler* profiler) const { return RunOn(PoolFor(rows), profiler); }

 private:
  Run RunOn(ThreadPool& threads, Profiler* profiler) const {
    return {.pool = threads, .profiler = profiler, .fast = precision != Precision::kFloat32};
  }
};

// mmproj: the file of eye and projector; empty if they are in the model's own file, or nowhere.
// Errors: as for Engine::Load.
Result<Model> LoadModel(std::span<const std::byte> gguf, std::span<const std::byte> mmproj,
                        const EngineOptions& options);

struct Engine::State {
  Model model;
};

}  // namespace edgevlm
