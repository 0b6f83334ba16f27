#include "video/sound_track.h"

#include <utility>

namespace edgevlm {

Result<SoundTrack> SoundTrack::Open(const DecoderInput& input, const SoundRequest& request,
                                    const DecodingLimits& limits) {
  auto program = DecoderProgram::Start(input, ToArguments(request), 1, limits);
  if (!program) return program.error();
  Result<SoundMessage> first = (*program)->messages().NextSound();
  if (!first) return (*program)->Explained(first.error());
  return SoundTrack(*std::move(program), std::get<TrackInfo>(*std::move(first)));
}

Result<std::vector<float>> SoundTrack::Next() {
  while (!is_at_end_) {
    Result<SoundMessage> message = program_->messages().NextSound();
    if (!message) return program_->Explained(message.error());
    auto* const samples = std::get_if<std::vector<float>>(&*message);
    if (samples != nullptr && !samples->empty()) return std::move(*samples);
    is_at_end_ = samples == nullptr;
  }
  return std::vector<float>();
}

}  // namespace edgevlm
