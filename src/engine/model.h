// Model: everything that an engine loads from one file.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "edgevlm/edgevlm.h"
#include "model/families.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// The tokens that no text gives and that order the prompts.
struct ControlTokens {
  int end = 0;
  std::optional<int> caption;   // asks for a description
  std::optional<int> question;  // the question follows
  std::optional<int> answer;    // the answer follows
};

// Immutable after Load, but for the pool, which several threads may use.
struct Model {
  ModelInfo info;
  std::unique_ptr<const Decoder> decoder;
  std::unique_ptr<const VisionEncoder> eye;
  std::unique_ptr<const Projector> projector;
  Tokenizer tokenizer;
  ControlTokens control;
  std::unique_ptr<ThreadPool> pool;
};

// Errors: as for Engine::Load.
Result<Model> LoadModel(std::span<const std::byte> gguf, const EngineOptions& options);

struct Engine::State {
  Model model;
};

}  // namespace edgevlm
