// The encoder of a Whisper on sound that is made here: what a length costs, and what padding costs.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audio/log_mel.h"
#include "audio/sound.h"
#include "base/stopwatch.h"
#include "measure/experiment/sound/random_encoder.h"
#include "measure/experiment/workload.h"
#include "measure/made_sound.h"

namespace edgevlm {
namespace {

constexpr int kWindowSeconds = 30;

struct Times {
  double mel_ms = 0;
  double encode_ms = 0;
};

class SoundWorkload final : public Workload {
 public:
  Result<Outcome> Run(const Engine& engine, const Setup& setup, const Item&) override {
    const bool is_fast = setup.model.options.precision == Precision::kInt8;
    const auto encoder = EncoderOf(setup.request.sound_model, is_fast);
    if (!encoder) return encoder.error();
    pools_.try_emplace(engine.info().threads, engine.info().threads);
    ThreadPool& pool = pools_.at(engine.info().threads);
    const int seconds = setup.request.sound_seconds;
    const Times alone =
        Measure(**encoder, MakeVoice(seconds), seconds, {.pool = pool, .fast = is_fast});
    const Times padded =
        Measure(**encoder, MakeVoice(seconds), kWindowSeconds, {.pool = pool, .fast = is_fast});
    const double total_ms = padded.mel_ms + padded.encode_ms;
    const double padding_ms = std::max(0.0, total_ms - alone.mel_ms - alone.encode_ms);
    return Outcome{.metrics = {{"mel_ms", padded.mel_ms},
                               {"encode_ms", padded.encode_ms},
                               {"mel_share", padded.mel_ms / total_ms},
                               {"sound_ms", alone.mel_ms + alone.encode_ms},
                               {"sound_encode_ms", alone.encode_ms},
                               {"padding_ms", padding_ms},
                               {"padding_share", padding_ms / total_ms},
                               {"times_real_time", seconds * 1e3 / total_ms}}};
  }

 private:
  Result<const WhisperEncoder*> EncoderOf(const std::string& shape, bool is_fast) {
    std::unique_ptr<WhisperEncoder>& encoder = encoders_[{shape, is_fast}];
    if (encoder == nullptr) {
      auto made = MakeRandomEncoder(shape, is_fast ? Packing::kInt8 : Packing::kExact);
      if (!made) return made.error();
      encoder = *std::move(made);
    }
    return static_cast<const WhisperEncoder*>(encoder.get());
  }

  // The sound in a window of so many seconds.
  Times Measure(const WhisperEncoder& encoder, const std::vector<float>& samples, int seconds,
                const edgevlm::Run& run) {
    const WorkspaceScope scope(workspace_);
    const int frames = seconds * kSampleRate / kMelHop;
    const View<float> mel = workspace_.Alloc(frames, encoder.sizes().bands);
    const View<float> features =
        workspace_.Alloc(WhisperEncoder::Rows(frames), encoder.sizes().width);
    const LogMel log_mel(encoder.sizes().bands);
    Stopwatch watch;
    log_mel.OfWindow(samples, mel, run.pool);
    Times times = {.mel_ms = watch.Lap()};
    encoder.Encode(mel, features, workspace_, run);
    times.encode_ms = watch.Lap();
    return times;
  }

  std::map<std::pair<std::string, bool>, std::unique_ptr<WhisperEncoder>> encoders_;
  std::map<int, ThreadPool> pools_;
  Workspace workspace_;
};

}  // namespace

std::unique_ptr<Workload> MakeSoundWorkload(const LoadModel&) {
  return std::make_unique<SoundWorkload>();
}

}  // namespace edgevlm
