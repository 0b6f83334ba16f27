#include "engine/measured_engine.h"

#include "engine/engine_state.h"
#include "engine/prompt/write_prompt.h"
#include "engine/vision/encode.h"
#include "image/tiles.h"

namespace edgevlm {

MeasuredEngine::MeasuredEngine(const Engine& engine) : state_(StateOf(engine)) {}

const ModelInfo& MeasuredEngine::info() const { return state_.model.info; }

const Decoder& MeasuredEngine::decoder() const { return *state_.model.decoder; }

const Tokenizer& MeasuredEngine::tokenizer() const { return state_.model.tokenizer; }

const CacheOptions& MeasuredEngine::cache() const { return state_.model.cache; }

const ExitPlan* MeasuredEngine::exits() const { return state_.model.exits_or_null(); }

ThreadGroups MeasuredEngine::thread_groups() const {
  return state_.runtime.DecoderThreadGroups(nullptr);
}

Result<double> MeasuredEngine::ShownShare(ImageSize image) const {
  if (state_.model.vision_encoder == nullptr) {
    return Error{ErrorCode::kUnsupported, "image: this model reads none"};
  }
  const Result<ImageLayout> layout = LayOut(state_.model, image);
  if (!layout) return layout.error();
  return edgevlm::ShownShare(state_.model.vision_encoder->shape().preprocessing, layout->grid,
                             image);
}

Result<Prompt> MeasuredEngine::WritePrompt(std::span<const Message> messages) const {
  return WriteArranged(state_.model, messages);
}

}  // namespace edgevlm
