// Recognizes the formats of sound that are read, and headers that promise more than there is.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.h"

namespace edgevlm {

// "wav", "flac", "ogg" or "mp3", by the first bytes, never by the name. Errors: kUnsupported, with
// what the file is instead (DescribeFile). Cost: microseconds.
Result<const char*> SoundFormatOf(std::span<const std::byte> file);

// Whether a file begins as one of another format of sound alone, which only FFmpeg decodes here:
// M4A, AAC, AIFF, AU, CAF, AMR, W64, WavPack and a few more.
bool IsOtherSound(std::span<const std::byte> file);

// Whether a file is as long as its header says. Libraries read what is there when the header
// promises more, and a recording that is cut would become half a transcript. Checks the chunks of
// WAV files (RIFF and RF64), where a length of 0 or of 2^32 - 1 is that of a stream, which could
// not know it, and the length that encoders write into the first frame of an MP3; decoders count
// the samples of FLAC files, and Ogg has no length. Errors: kCorrupt. Cost: one step per chunk
// before the samples.
MaybeError CheckLength(std::span<const std::byte> file, std::string_view format);

}  // namespace edgevlm
