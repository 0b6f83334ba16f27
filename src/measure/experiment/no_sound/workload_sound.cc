// The sound workload, in a build without sound (EDGEVLM_AUDIO=OFF).
#include "measure/experiment/workload.h"

namespace edgevlm {
namespace {

class NoSoundWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine&, const Setup&, const Item&) override {
    return Error{ErrorCode::kUnsupported, "sound: this build reads none"};
  }
};

}  // namespace

std::unique_ptr<Workload> MakeSoundWorkload(const LoadModel&) {
  return std::make_unique<NoSoundWorkload>();
}

}  // namespace edgevlm
