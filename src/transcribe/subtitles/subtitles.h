// The forms in which a transcript is written: plain lines, and subtitles as SubRip (.srt) and
// WebVTT
// (.vtt).
#pragma once

#include <string>

#include "edgevlm/transcriber.h"

namespace edgevlm {

enum class TranscriptForm { kText, kSrt, kVtt };

// "01:02:03,456"; separator: before the milliseconds.
std::string Timestamp(double seconds, char separator);

// What comes before all segments.
std::string HeaderOf(TranscriptForm form);

// One segment, whose text becomes one line. number: of the segment, from 1.
std::string Write(const TranscriptSegment& segment, int number, TranscriptForm form);

}  // namespace edgevlm
