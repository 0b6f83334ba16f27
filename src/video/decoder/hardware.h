// Decoders of the machine: devices of Video4Linux 2 that take packets and give frames
// (memory-to-memory), as a Raspberry Pi has them. FFmpeg drives them.
#pragma once

#include <optional>

#include "video/decoder/ffmpeg.h"

namespace edgevlm {

// What a device has to know before it sees the first packet. Crosses a pipe as it is.
struct TrackFacts {
  AVCodecID codec = AV_CODEC_ID_NONE;
  int width = 0;
  int height = 0;
  friend bool operator==(const TrackFacts&, const TrackFacts&) = default;
};

// A decoder with an open device.
struct HardwareDecoder {
  CodecPtr codec;         // null: none
  int device = -1;        // its descriptor, which the codec owns
  TrackFacts facts = {};  // what it was opened for
  const char* packet_form =
      nullptr;  // the FFmpeg filter that brings packets into its form, or null
};

// Whether this machine has such a device at all. Opens what /dev lists as video.
bool HasDecoderDevices();

// Whether some devices decode tracks like this one: of H.264, HEVC, MPEG-2, VP8 or VP9, with 8 bits
// a color and halved chroma.
bool IsForDevices(const AVCodecParameters& track);

// Opens a device for such a track; none if there is none, if it is busy, or if it refuses the size.
// Call it before EnterSandbox.
HardwareDecoder OpenHardwareDecoder(const TrackFacts& facts);

}  // namespace edgevlm
