// In a build without sound (EDGEVLM_AUDIO=OFF): none is encoded.
#include "engine/sound/encode_sound.h"

namespace edgevlm {
namespace {

Error NoSound() { return {ErrorCode::kUnsupported, "sound: this build reads none"}; }

}  // namespace

double SoundLimit::seconds() const { return 0; }

int SoundTokens(const SoundEncoder& /*encoder*/, int /*frames*/) { return 0; }

SoundLimit MostSound(const Model& /*model*/) { return {}; }

Result<Sound> ReadSound(const Model& /*model*/, const SoundInput& /*input*/) { return NoSound(); }

Result<EncodedSound> ShareSound(const EngineState& /*engine*/, const Sound& /*sound*/,
                                const ShareOptions& /*options*/) {
  return NoSound();
}

Result<std::shared_ptr<const EncodedImage>> SoundWithoutValues(const Model& /*model*/,
                                                               const Sound& /*sound*/) {
  return NoSound();
}

}  // namespace edgevlm
