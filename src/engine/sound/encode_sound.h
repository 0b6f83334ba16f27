// Encodes sound into embeddings for the decoder, which sessions share through the cache of images.
#pragma once

#include <memory>

#include "engine/engine_state.h"
#include "engine/vision/shared_image.h"

namespace edgevlm {

// How long a sound may be. REQUIRES: the model has a sound encoder.
struct SoundLimit {
  int frames = 0;           // of 10 ms
  bool is_context = false;  // the context sets it, not the model
  double seconds() const;
};
SoundLimit MostSound(const Model& model);

// Embeddings of a sound with so many frames: those of all windows.
int SoundTokens(const SoundEncoder& encoder, int frames);

// As Engine::ReadSound.
Result<Sound> ReadSound(const Model& model, const SoundInput& input);

// As Engine::GetSound. Limits and file_id are ignored. Errors: also kCancelled.
Result<EncodedSound> ShareSound(const EngineState& engine, const Sound& sound,
                                const ShareOptions& options = {});

// A sound with its number of positions, but without values: for counting tokens. Errors: those of
// ShareSound.
Result<std::shared_ptr<const EncodedImage>> SoundWithoutValues(const Model& model,
                                                               const Sound& sound);

}  // namespace edgevlm
