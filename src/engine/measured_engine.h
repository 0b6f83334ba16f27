// MeasuredEngine: what benchmarks use of an engine when they drive its decoder themselves.
#pragma once

#include <span>

#include "decode/exit_plan.h"
#include "decode/thread_groups.h"
#include "edgevlm/edgevlm.h"
#include "engine/prompt/prompt.h"
#include "image/image.h"
#include "model/decoder.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

struct EngineState;

// With these, a benchmark makes a Sequence and a Batch or BatchDecoder (decode/), which own the KV
// cache and the workspace, and steps them as a session does. Sessions do more per reply (prompt
// cache, pressure monitor) than a benchmark of the decoder should time.
// A view: the engine must outlive it and stay where it is. Threads: any number.
class MeasuredEngine {
 public:
  explicit MeasuredEngine(const Engine& engine);

  const ModelInfo& info() const;
  const Decoder& decoder() const;
  const Tokenizer& tokenizer() const;
  // As the engine's options say.
  const CacheOptions& cache() const;
  const ExitPlan* exits() const;  // null: rows go through all blocks

  // The engine's threads. While the machine is hot, fewer of them decode: ask before each run.
  ThreadGroups thread_groups() const;

  // How much of the vision encoder's input shows an image of this size; the rest is padding. In
  // (0, 1]. Errors: kUnsupported (the model reads no images).
  Result<double> ShownShare(ImageSize image) const;

  // The prompt of a conversation, in the model's own style. The messages are arranged as
  // PromptStyle::Write requires. Errors: kInvalid, kUnsupported.
  Result<Prompt> WritePrompt(std::span<const Message> messages) const;

 private:
  const EngineState& state_;
};

}  // namespace edgevlm
