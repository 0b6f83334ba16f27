// Model: everything that an engine loads from files.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decode/exit_plan.h"
#include "edgevlm/edgevlm.h"
#include "engine/prompt/prompt_style.h"
#include "engine/vision/token_pruner.h"
#include "model/families.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// What an engine has loaded: networks, tokenizer, prompt style, and the options that are part of
// the model. Constant after loading; any number of threads may read it.
struct Model {
  ModelInfo info;
  std::unique_ptr<const Decoder> decoder;
  std::unique_ptr<const VisionEncoder> vision_encoder;  // null, like the projector: no images
  std::unique_ptr<const Projector> projector;
  std::unique_ptr<const SoundEncoder> sound_encoder;  // null: no sound
  Tokenizer tokenizer;
  std::unique_ptr<const PromptStyle> style;
  ImageLimits image_limits = {};  // where a request has none; 0: the projector's own
  TokenPruner pruner;             // of the tokens of a tile
  std::optional<ExitPlan> exits;  // of replies
  Precision precision = Precision::kAuto;
  CacheOptions cache = {};
  SpeculationOptions speculation = {};
  std::unique_ptr<const Decoder> draft_decoder = nullptr;  // null: none
  int draft_blocks = 0;                                    // of the decoder, used for drafting; 0:
                                                           // none
  std::string identity = {};  // digest of the files and of the options that affect results

  // Tokens of each tile of an image, after pruning.
  int TileTokens(const ImageLayout& layout) const {
    return layout.tokens.empty() ? pruner.count() : layout.tokens.tokens();
  }
  const ExitPlan* exits_or_null() const { return exits ? &*exits : nullptr; }
};

// A GGUF file in memory, or all parts of one, with a callback that learns which tensors have been
// copied.
struct ModelFile {
  std::vector<std::span<const std::byte>> parts = {};
  GgufFile::OnDone on_done = {};
};

struct ModelFiles {
  ModelFile model;
  ModelFile mmproj =
      {};  // of the encoders and projectors; no parts: they are in the model's own, or absent
  bool mmproj_is_guess = false;  // if so, one made for another decoder is ignored
};

// options: checked, with the number of threads chosen. Errors: as for Engine::Load. Throws
// std::bad_alloc.
Result<Model> LoadModel(const ModelFiles& files, const EngineOptions& options);

}  // namespace edgevlm
